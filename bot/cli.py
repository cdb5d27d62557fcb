"""The command line: what an operator starts and what a developer tries."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

import orjson

from bot import local, logs, terminal
from bot.doctor import examine
from bot.errors import BotError
from bot.modules import ALL
from bot.processes import run, serve
from bot.settings import Settings
from bot.slack.manifest import manifest, shown
from bot.store import migrate
from bot.worlds import Worlds

if TYPE_CHECKING:
    from bot.playground.serve import Playground

#: About as fast as a small model of today: seconds to the first token, and tokens a second.
PLAYED_SPEED = (0.25, 80.0)
Do = Callable[[argparse.Namespace], int | None]


def main(words: Sequence[str] | None = None) -> int:
    """Carry out one command; the exit status says whether it went well."""
    given = _parser().parse_args(words)
    try:
        do: Do = given.do
        return do(given) or 0
    except BotError as wrong:
        print(f"patchbay: {wrong.text}", file=sys.stderr)  # noqa: T201 - the person at the terminal reads it
        return 1
    except KeyboardInterrupt:
        return 130


def _settings() -> Settings:
    settings = Settings.read()
    logs.setup(settings.log_level)
    return settings


def _up(_: argparse.Namespace) -> int:
    settings = _settings()
    if settings.slack_ready:
        run(serve(settings))
        return 0
    return asyncio.run(local.up(settings))


def _serve(_: argparse.Namespace) -> None:
    run(serve(_settings()))


def _web(_: argparse.Namespace) -> None:
    run(serve(_settings(), ticking=False))


def _worker(_: argparse.Namespace) -> None:
    run(serve(_settings(), receiving=False))


def _release(_: argparse.Namespace) -> None:
    settings = _settings()
    asyncio.run(migrate(settings.database_url))
    print("The database has this version's tables.")  # noqa: T201


def _playground(given: argparse.Namespace) -> None:
    # 170 modules that a bot beside a real Slack does without.
    from bot.playground.serve import run as run_playground  # noqa: PLC0415
    from bot.playground.server import PortInUseError  # noqa: PLC0415

    token = token_urlsafe(24)

    def ready(running: "Playground") -> None:
        running.openai.speed.first_token, running.openai.speed.tokens_per_second = PLAYED_SPEED
        if given.api_key:
            running.openai.add_key(secret=given.api_key)
        keys = running.credentials
        secrets = {
            name: getattr(keys, name) for name in ("bot_token", "signing_secret", "app_token", "api_key")
        }
        secrets["api_key"] = given.api_key or secrets["api_key"]
        worlds = Worlds(running.slack_url, running.openai_url, running.control_url, secrets, token)
        if given.json:
            said = {
                "slack_url": worlds.slack_url,
                "openai_url": worlds.openai_url,
                "control_url": worlds.control_url,
                "credentials": secrets,
                "token": token,
            }
            print(orjson.dumps(said).decode(), flush=True)  # noqa: T201
            return
        variables = {**worlds.settings(), "OPENAI_API_KEY": secrets["api_key"]}
        print("\n".join(f"{name}={value}" for name, value in variables.items() if value), flush=True)  # noqa: T201
        print(f"# The page: {worlds.page}", flush=True)  # noqa: T201

    try:
        ports = given.slack_port, given.openai_port
        asyncio.run(run_playground(*ports, given.events_url, ready=ready, token=token))
    except PortInUseError as wrong:
        raise BotError(f"The playground cannot start: {wrong.strerror}.") from None


def _tour(_: argparse.Namespace) -> int:
    from bot.touring import tour  # noqa: PLC0415 - it knows the playground

    return asyncio.run(tour())


def _doctor(_: argparse.Namespace) -> int:
    return asyncio.run(examine(_settings()))


def _run(given: argparse.Namespace) -> int:
    logs.setup("WARNING")  # a person reads the result, not what the bot says of itself
    return asyncio.run(terminal.run(given.words))


def _manifest(given: argparse.Namespace) -> None:
    made = shown(manifest(ALL, agent=not given.no_agent, socket=given.url is None, url=given.url))
    if given.out:
        Path(given.out).write_text(made)
    else:
        print(made)  # noqa: T201


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("bot", description="Every OpenAI module in Slack.")
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, what: str, do: Do, **more: Any) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=what, description=what, **more)
        made.set_defaults(do=do)
        return made

    command("up", "start the bot; without Slack credentials beside a playground", _up)
    command("serve", "start the bot and nothing else, all in one process", _serve)
    command("web", "receive and answer; the timetable is another process's", _web)
    command("worker", "keep the timetable and take over what others left", _worker)
    command("release", "bring the database to this version's tables", _release)
    command("tour", "act as a person in a playground and show what that person sees", _tour)
    command("doctor", "say what is wrong with a set-up", _doctor)
    # All of its words are its own, --help too: no word begins with this sign.
    own: dict[str, Any] = {"add_help": False, "prefix_chars": "\0"}
    made = command("run", "run a module here, without Slack; alone it lists them", _run, **own)
    made.add_argument("words", nargs=argparse.REMAINDER, help="MODULE [OPERATION] words… --flag value")
    made = command("playground", "start the stand-ins for Slack and OpenAI alone", _playground)
    made.add_argument("--slack-port", type=int, default=0)
    made.add_argument("--openai-port", type=int, default=0)
    made.add_argument("--events-url", help="where the bot receives Slack's requests; ends in /slack/events")
    made.add_argument("--api-key", help="a key that the OpenAI stand-in takes beside its own")
    made.add_argument("--json", action="store_true", help="say where everything is as JSON")
    made = command("manifest", "write the app's manifest for Slack", _manifest)
    made.add_argument(
        "--no-agent", action="store_true", help="for workspaces with guests, who cannot use agents"
    )
    made.add_argument(
        "--url", help="the bot's address where Slack reaches it over HTTP; without it Socket Mode"
    )
    made.add_argument("--out", help="a file to write to")
    return parser
