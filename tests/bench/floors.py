"""The floor's figures, measured with the same deliveries as the bot's."""

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import dataclass

import aiohttp

from bot.local import free_port
from tests.bench import processes
from tests.bench.rounds import ms, until
from tests.bench.worlds import Worlds, spread

#: Processor time of a request on the core that the budgets were set on (ms).
BUDGETED = 0.083
#: Clients that keep the floor busy, and the requests of each.
CLIENTS, EACH = 20, 1000


@dataclass(frozen=True, slots=True)
class Floors:
    """Verifying and acknowledging, and nothing else."""

    ack: float  # milliseconds from the event to its acknowledgement, one at a time, p50
    burst: float  # the same at 500 a second, p99
    cpu: float  # milliseconds of processor time a request, when it is never idle
    memory: float  # MiB

    @property
    def slower(self) -> float:
        """How much slower this core is than the one that the budgets were set on."""
        return self.cpu / BUDGETED

    def of(self, name: str) -> float | None:
        """The figure that something is compared with."""
        if name == "rate":
            return 1000 / self.cpu if self.cpu else None
        return getattr(self, name) or None if name else None

    def __str__(self) -> str:
        return (
            f"Floor (raw ASGI: verify and acknowledge): {self.ack:.2f} ms one at a time, "
            f"p99 {self.burst:.1f} ms at 500 a second, "
            f"{self.cpu * 1000:.0f} µs of CPU a request, {self.memory:.0f} MiB. "
            f"This core takes {self.slower:.2f} times as long as the one that the budgets were set on."
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
        cpu = await _busy(floor, worlds.world.app.signing_secret)
        calm = await spread(many, many / 500, lambda number: worlds.direct(0, 1))
        await until(lambda: all(each.acked for each in calm), 10)
        return Floors(
            ms(50, [each.acked[0] for each in alone]),
            ms(99, [each.acked[0] for each in calm]),
            cpu,
            floor.peak,
        )


async def _busy(floor: processes.Measured, secret: str) -> float:
    """Milliseconds of processor time that a request takes from many clients that never wait."""
    body = json.dumps(
        {"type": "event_callback", "event": {"type": "message", "text": "hello " * 20}}
    ).encode()
    stamp = str(int(time.time()))
    made = hmac.digest(secret.encode(), b":".join([b"v0", stamp.encode(), body]), hashlib.sha256).hex()
    headers = {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={made}"}

    async def client(session: aiohttp.ClientSession) -> None:
        for _ in range(EACH):
            async with session.post(floor.url, data=body, headers=headers, raise_for_status=True):
                pass

    async with aiohttp.ClientSession() as session:
        before = floor.cpu
        await asyncio.gather(*(client(session) for _ in range(CLIENTS)))
        return (floor.cpu - before) / (CLIENTS * EACH) * 1000
