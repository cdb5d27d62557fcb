"""Proves that the benchmark measures: the floor, and a few conversations with a real bot."""

from pathlib import Path

from tests.bench.__main__ import run, table
from tests.bench.rounds import Bench, burst, one_at_a_time, thousand, under_rates


async def test_a_tiny_run_gives_a_figure_for_each_budget(tmp_path: Path) -> None:
    async def few(bench: Bench) -> list[object]:
        return [
            *await one_at_a_time(bench, many=2, tokens=10),
            *await thousand(bench, crowd=4, tokens=10),
            *await burst(bench, many=4),
            *await under_rates(bench, many=3, tokens=10),
        ]

    floors, figures, _ = await run([few], workspaces=12, many=10)
    assert 0 < floors.ack < 1000
    found = {figure.what: figure for figure in figures}
    for what in ("answered", "kept on the disk", "whole", "doubled"):
        assert next(figure for name, figure in found.items() if what in name).met, table(floors, figures)
    assert all(figure.found == figure.found for figure in figures)  # none is missing
