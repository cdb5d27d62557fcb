"""Both worlds on loopback in one event loop, and how to stop them; the body of `python -m bot playground`."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.playground import faults, log
from bot.playground.clock import Clock
from bot.playground.faults import FaultMiddleware, Faults
from bot.playground.log import Log, LogMiddleware
from bot.playground.openai.api import Api, build
from bot.playground.page import Page, refused
from bot.playground.server import HOST, bind, serving
from bot.playground.slack.people import new_world
from bot.playground.slack.server import Slack
from bot.playground.slack.world import World


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a bot needs to join both worlds."""

    bot_token: str = field(repr=False)
    signing_secret: str = field(repr=False)
    app_token: str = field(repr=False)
    api_key: str = field(repr=False)


@dataclass(slots=True)
class Playground:
    """A running playground: the state of both worlds, where they listen, and their faults and logs."""

    clock: Clock
    slack: World
    openai: Api
    slack_url: str  # ends in /api/, as SLACK_API_URL
    openai_url: str  # ends in /v1, as OPENAI_BASE_URL
    control_url: str  # the root of the Slack server
    slack_faults: Faults = field(default_factory=Faults)
    openai_faults: Faults = field(default_factory=Faults)
    openai_log: Log = field(default_factory=Log)

    @property
    def credentials(self) -> Credentials:
        """The tokens and secrets of the first workspace and the first API key."""
        app = self.slack.app
        return Credentials(
            self.slack.install().bot_token, app.signing_secret, app.app_token, self.openai.key.secret
        )

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        slack_port: int = 0,
        openai_port: int = 0,
        events_url: str | None = None,
        *,
        log_size: int = 1000,
        token: str | None = None,
    ) -> AsyncIterator["Playground"]:
        """Run both servers while the block runs; port 0 takes any free one, log_size 0 keeps no log.

        token: who does not know it cannot control the worlds. PortInUseError when another program has a port.
        """
        clock = Clock()
        world, api = new_world(clock), Api(clock)
        world.app.events_url, world.control_token = events_url, token
        world.log = Log(log_size, clock.now)
        with bind(slack_port) as at_slack, bind(openai_port) as at_openai:
            world.url = f"http://{HOST}:{at_slack.getsockname()[1]}"
            openai_url = f"http://{HOST}:{at_openai.getsockname()[1]}/v1"
            running = cls(clock, world, api, f"{world.url}/api/", openai_url, world.url)
            running.openai_log = Log(log_size, clock.now)
            slack = Slack(world)
            slack_app = running._watched(slack, running.slack_faults, world.log)
            openai_app = running._watched(build(api), running.openai_faults, running.openai_log)
            paged = Page(slack_app, openai_app, world)
            async with serving(paged, at_slack), serving(openai_app, at_openai):
                try:
                    yield running
                finally:
                    await slack.aclose()
                    running.slack_faults.release()
                    running.openai_faults.release()

    def _watched(self, app: ASGIApp, rules: Faults, kept: Log) -> ASGIApp:
        """Put faults and the log around a world, and the routes that control both beside it."""
        control = Starlette(routes=[*faults.routes(rules), *log.routes(kept)])
        paths = {route.path for route in [*faults.routes(rules), *log.routes(kept)]}
        watched = LogMiddleware(FaultMiddleware(app, rules, self.clock), kept)

        async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
            controlled = scope["type"] == "http" and scope["path"].startswith("/control/")
            wrong = refused(scope, self.slack.control_token) if controlled else None
            chosen = control if controlled and scope["path"] in paths else watched
            await (wrong or chosen)(scope, receive, send)

        return dispatch


async def run(
    slack_port: int = 0,
    openai_port: int = 0,
    events_url: str | None = None,
    *,
    ready: Callable[[Playground], None] | None = None,
    token: str | None = None,
) -> None:
    """Serve both worlds until SIGINT or SIGTERM; `ready` is called once both listen."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop.set)
    try:
        async with Playground.start(slack_port, openai_port, events_url, token=token) as playground:
            if ready is not None:
                ready(playground)
            await stop.wait()
    finally:
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(each)
