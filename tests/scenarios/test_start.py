"""Starting where something is missing, wrong, taken or away; and a database that goes away later."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

import aiohttp
import pytest

from bot.cli import main
from bot.errors import SettingsError
from bot.modules.status import TITLES
from bot.playground.person import Person
from bot.playground.serve import Playground
from bot.processes import serve
from bot.settings import Settings
from tests.scenarios.conftest import House, opened
from tests.scenarios.test_bad_input import FORM, command, event, knock, mention
from tests.scenarios.test_security import until
from tests.scenarios.test_threads import answer, answers

PASSWORD = "a-password-that-nobody-reads"


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A process of its own as far as the command line goes: an empty environment and directory."""
    monkeypatch.chdir(tmp_path)
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "OPENAI_API_KEY", "PORT"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, "SLACK_BOT_TOKEN is missing"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both missing"),
        ({"SLACK_SIGNING_SECRET": "abc"}, "SLACK_BOT_TOKEN is missing"),
        ({"SLACK_BOT_TOKEN": "xoxp-canary", "SLACK_SIGNING_SECRET": "abc"}, "SLACK_BOT_TOKEN does not start"),
        ({"PORT": "eighty"}, "PORT is not a port"),
        ({"PORT": "0"}, "PORT is not a port"),
        (
            {"SLACK_API_URL": "https://slack.com"},
            "SLACK_API_URL is not an http(s) address that ends in /api/",
        ),
        ({"OPENAI_BASE_URL": "ftp://x/v1"}, "OPENAI_BASE_URL is not"),
        ({"DATABASE_URL": "mysql://u:canary@h/d"}, "DATABASE_URL is neither"),
        ({"DATABASE_URL": "postgresql://u:canary@h/d"}, "BOT_SECRET_KEY is missing, and PostgreSQL needs it"),
        ({"BOT_SECRET_KEY": "canary"}, "BOT_SECRET_KEY has a key of fewer than 32"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL is none of its values"),
    ],
)
def test_what_is_missing_or_odd_is_named_with_its_fix(
    alone: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variables: dict[str, str], words: str
) -> None:
    for name, value in variables.items():
        alone.setenv(name, value)
    assert main(["serve"]) == 1
    said = capsys.readouterr().err
    assert words in said
    assert "canary" not in said
    assert "Traceback" not in said


async def test_a_port_in_use_is_named(playground: Playground, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"PORT: {port} is in use"):
            await serve(joining(playground, tmp_path, PORT=str(port)))


def test_a_file_that_is_no_database_is_named(
    alone: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text(
        "This is no database, and it is long enough to be sure of that. " * 20
    )
    (tmp_path / "folder").mkdir()
    for path in ("notes.txt", "folder", "notes.txt/inside.db"):
        alone.setenv("DATABASE_URL", f"sqlite:///{tmp_path / path}")
        alone.setenv("BOT_SECRET_KEY", secrets.token_hex())
        assert main(["release"]) == 1
        said = capsys.readouterr().err
        assert f"DATABASE_URL: {tmp_path / path} cannot be used" in said
        assert "Traceback" not in said


def test_a_database_that_does_not_answer_is_named_without_its_password(
    alone: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    alone.setenv("DATABASE_URL", f"postgresql://patchbay:{PASSWORD}@127.0.0.1:1/patchbay")
    alone.setenv("BOT_SECRET_KEY", secrets.token_hex())
    assert main(["release"]) == 1
    said = capsys.readouterr().err
    assert "patchbay: The database of DATABASE_URL" in said
    assert "127.0.0.1" in said
    assert PASSWORD not in said


async def test_another_secret_key_than_the_databases_is_refused(house: House) -> None:
    await house.end()
    house.settings = changed(house, BOT_SECRET_KEY=secrets.token_hex())
    with pytest.raises(SettingsError, match="BOT_SECRET_KEY does not open the API keys"):
        await house.begin()
    with suppress(AttributeError):
        await house.end()


async def test_a_token_that_slack_refuses_ends_the_start(playground: Playground, tmp_path: Path) -> None:
    settings = joining(playground, tmp_path, SLACK_BOT_TOKEN="xoxb-canary-that-is-not-known")
    with pytest.raises(SettingsError, match=r"SLACK_BOT_TOKEN: Slack refuses this token \(invalid_auth\)"):
        await serve(settings)


async def test_an_app_token_that_slack_refuses_ends_the_start(playground: Playground, tmp_path: Path) -> None:
    settings = joining(playground, tmp_path, SLACK_APP_TOKEN="xapp-1-canary", SLACK_SIGNING_SECRET="")
    with pytest.raises(SettingsError, match=r"SLACK_APP_TOKEN: Slack refuses it \(invalid_auth\)"):
        await serve(settings)


async def test_a_slack_that_is_away_at_the_start_is_waited_for(
    playground: Playground, tmp_path: Path
) -> None:
    playground.slack_faults.add({"match": "auth.test", "do": "drop_before", "times": 3})
    settings = joining(playground, tmp_path)
    playground.slack.app.events_url = f"http://127.0.0.1:{settings.port}/slack/events"
    async with running(settings), Person(playground.control_url, "ben") as ben:
        root = await ben.says("general", "<@bot> hello")
        assert (await answer(ben, "general", root)).plain


async def test_a_key_whose_check_failed_at_the_start_is_adopted_when_it_is_needed(empty_house: House) -> None:
    house = empty_house
    await house.end()
    house.settings = changed(house, OPENAI_API_KEY=house.playground.credentials.api_key)
    house.playground.openai_faults.add({"match": "/v1/models", "do": "status", "status": 500})
    await house.begin()
    ben = await house.person("ben")
    root = await ben.says("general", "<@bot> hello")
    assert "problem at its side" in (await answer(ben, "general", root)).plain
    house.playground.openai_faults.rules.clear()
    question = await ben.says("general", "And now: hello?", thread=root)
    assert "hello" in (await answer(ben, "general", root, question)).plain


async def test_a_wrong_key_in_the_environment_leaves_the_bot_without_a_connection(empty_house: House) -> None:
    house = empty_house
    await house.end()
    house.settings = changed(house, OPENAI_API_KEY="sk-proj-not-a-key-of-anybody")
    await house.begin()
    ben = await house.person("ben")
    root = await ben.says("general", "<@bot> hello")
    assert "no OpenAI connection" in (await answer(ben, "general", root)).plain


class Line:
    """A line to a PostgreSQL server that can be cut and mended."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        options = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self._socket = f"{options['host']}/.s.PGSQL.{options.get('port', '5432')}"
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = one.getsockname()[1]
        user = options.get("user") or unquote(parts.username or "postgres")
        self.url = f"postgresql://{quote(user)}:{PASSWORD}@127.0.0.1:{self.port}{parts.path}"
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)

    async def cut(self) -> None:
        if self._server is not None:
            self._server.close()
        for each in list(self._open):
            each.transport.abort()
        self._server = None

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(self._socket)
        self._open |= {writer, back}
        await asyncio.gather(_copy(reader, back), _copy(there, writer), return_exceptions=True)
        self._open -= {writer, back}


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.transport.abort()


@pytest.fixture
async def line(empty_postgresql: Callable[[], str]) -> AsyncIterator[Line]:
    line = Line(empty_postgresql())
    yield line
    await line.cut()


async def test_a_database_that_is_down_at_the_start_is_waited_for(
    playground: Playground, tmp_path: Path, line: Line
) -> None:
    starting = asyncio.ensure_future(
        started(joining(playground, tmp_path, DATABASE_URL=line.url, BOT_SECRET_KEY=secrets.token_hex()))
    )
    await asyncio.wait([starting], timeout=0.5)
    assert not starting.done()
    await line.mend()
    stop = await starting
    await stop()


async def test_a_database_that_goes_away_loses_nothing_that_was_acknowledged(line: Line) -> None:
    await line.mend()
    async with opened(line.url) as house:
        ben = await house.person("ben")
        root = await ben.says("general", "<@bot> My name is Ben.")
        await answer(ben, "general", root)
        house.playground.openai.speed.tokens_per_second = 100
        long = await ben.says("general", "<@bot> Write 100 words about tides.")
        await ben.waits(lambda each: each.ts > long and each.streaming and each.plain, "general", long)
        await line.cut()
        status, _ = await knock(house, event(house, mention(house, long, "x"), "EvX"))
        assert status == 503
        # Nobody repeats a command: the person hears that nothing was done.
        status, said = await knock(house, urlencode(command(house, "chat Hello")).encode(), FORM)
        assert status == 200
        assert "nothing was done" in said
        url = f"http://127.0.0.1:{house.settings.port}/healthz"
        # What is being said goes on to its end.
        whole = await ben.waits(lambda each: each.ts > long and "Regenerate" in each.plain, "general", long)
        assert "tides" in whole.plain
        await line.mend()
        question = await ben.says("general", "What is my name?", thread=root)
        assert "Ben" in (await answer(ben, "general", root, question)).plain
        again = await ben.says("general", "How many words was that?", thread=long)
        await answer(ben, "general", long, again)
        assert len(answers(await ben.sees("general", long), long)) == 2
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            assert response.status == 200


async def test_a_full_disk_refuses_plainly_and_goes_on_when_there_is_room(house: House) -> None:
    ben = await house.person("ben")
    root = await ben.says("general", "<@bot> hello")
    await answer(ben, "general", root)
    assert house.bot is not None
    writer = house.bot.store._database.groups._connection
    (pages,) = next(iter(writer._conn.execute("PRAGMA page_count")))
    writer.say(f"PRAGMA max_page_count = {pages}")
    big = "word " * 40_000
    status, _ = await knock(house, event(house, mention(house, "1700000000.1", big), "EvFull"))
    assert status == 503
    status, said = await knock(house, urlencode(command(house, f"chat {big}")).encode(), FORM)
    assert (status, "nothing was done" in said) == (200, True)
    async with house.bot.store.read() as unit:
        assert await unit.connections.list(house.playground.slack.home)
    writer.say("PRAGMA max_page_count = 1000000")
    question = await ben.says("general", "Are you back?", thread=root)
    assert (await answer(ben, "general", root, question)).plain


async def test_a_form_on_a_full_disk_says_that_nothing_was_done(house: House) -> None:
    ada = await house.person("ada")
    await ada.command("/openai", "connect")
    assert await ada.view() is not None
    assert house.bot is not None
    writer = house.bot.store._database.groups._connection
    writer.say("PRAGMA query_only = ON")
    sent = await ada.submits({"name": "Other", "key": house.playground.openai.add_key().secret})
    assert "nothing was done" in str(sent)
    writer.say("PRAGMA query_only = OFF")

    async def connected() -> bool:
        assert house.bot is not None
        async with house.bot.store.read() as unit:
            return len(await unit.connections.list(house.playground.slack.home)) == 1

    await until(ada, connected)


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    async with Playground.start() as playground:
        yield playground


def joining(playground: Playground, place: Path, **more: str) -> Settings:
    keys = playground.credentials
    variables = {
        "SLACK_BOT_TOKEN": keys.bot_token, "SLACK_SIGNING_SECRET": keys.signing_secret,
        "SLACK_API_URL": playground.slack_url, "OPENAI_BASE_URL": playground.openai_url,
        "OPENAI_API_KEY": keys.api_key, "DATABASE_URL": f"sqlite:///{place / 'start.db'}",
        "PORT": str(free()), **more,
    }  # fmt: skip
    return Settings.read({name: value for name, value in variables.items() if value})


def changed(house: House, **more: str) -> Settings:
    keys = house.playground.credentials
    variables = {
        "SLACK_BOT_TOKEN": keys.bot_token, "SLACK_SIGNING_SECRET": keys.signing_secret,
        "SLACK_API_URL": house.playground.slack_url, "OPENAI_BASE_URL": house.playground.openai_url,
        "DATABASE_URL": house.settings.database_url, "PORT": str(house.settings.port),
        "BOT_SECRET_KEY": house.settings.secret_keys[0], **more,
    }  # fmt: skip
    return Settings.read(variables)


def free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def started(settings: Settings) -> Callable[[], Any]:
    """The bot's process in this loop; what ends it."""
    work = asyncio.ensure_future(serve(settings))
    url = f"http://127.0.0.1:{settings.port}/healthz"
    async with aiohttp.ClientSession() as session, asyncio.timeout(20):
        while True:
            if work.done():
                work.result()
                raise AssertionError("it ended")
            try:
                async with session.get(url, timeout=aiohttp.ClientTimeout(1)) as response:
                    if response.status == 200:
                        break
            except (aiohttp.ClientError, TimeoutError):
                await asyncio.wait([work], timeout=0.05)

    async def stop() -> None:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work

    return stop


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[None]:
    stop = await started(settings)
    try:
        yield
    finally:
        await stop()


async def test_every_entry_of_the_timetable_has_a_name_for_people(house: House) -> None:
    assert house.bot
    assert {each.id for each in house.bot.timetable.entries()} <= set(TITLES)
    ben = await house.person("ben")
    await ben.command("/openai", "status")
    said = await ben.waits(lambda each: each.ephemeral and "by itself" in each.plain, "general")
    assert "Look at fine-tuning jobs | 5 s" in said.plain
