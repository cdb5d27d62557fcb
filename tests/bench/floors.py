"""The floor's figures, measured with the same deliveries as the bot's."""

from dataclasses import dataclass

from bot.local import free_port
from tests.bench import processes
from tests.bench.rounds import ms, until
from tests.bench.worlds import Worlds, spread


@dataclass(frozen=True, slots=True)
class Floors:
    """Verifying and acknowledging, and nothing else."""

    ack: float  # milliseconds from the event to its acknowledgement, one at a time, p50
    burst: float  # the same at 500 a second, p99
    cpu: float  # milliseconds of processor time a request
    memory: float  # MiB

    def of(self, name: str) -> float | None:
        """The figure that something is compared with."""
        if name == "rate":
            return 1000 / self.cpu if self.cpu else None
        return getattr(self, name) or None if name else None

    def __str__(self) -> str:
        return (
            f"Floor (raw ASGI: verify and acknowledge): {self.ack:.2f} ms one at a time, "
            f"p99 {self.burst:.1f} ms at 500 a second, "
            f"{self.cpu * 1000:.0f} µs of CPU a request, {self.memory:.0f} MiB"
        )


async def measure(worlds: Worlds, many: int = 300) -> Floors:
    """Deliver events to the floor, one at a time and many in a second."""
    port = free_port()
    worlds.world.app.events_url = f"http://127.0.0.1:{port}/slack/events"
    async with processes.floor(port, worlds.world.app.signing_secret) as floor:
        alone = []
        for _ in range(many):
            alone.append(worlds.direct(0, 1))
            await until(lambda: bool(alone[-1].acked), 3)
        before = floor.cpu
        crowd = await spread(many * 3, many / 500, lambda number: worlds.direct(0, 1))
        await until(lambda: all(each.acked for each in crowd), 10)
        cpu = (floor.cpu - before) / len(crowd) * 1000
        calm = await spread(many, many / 500, lambda number: worlds.direct(0, 1))
        await until(lambda: all(each.acked for each in calm), 10)
        return Floors(
            ms(50, [each.acked[0] for each in alone]),
            ms(99, [each.acked[0] for each in calm]),
            cpu,
            floor.peak,
        )
