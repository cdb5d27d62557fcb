"""`python -m bot doctor` for each thing that can be wrong: names it and the fix, and shows no secret."""

import secrets
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cli import main
from bot.doctor import examine
from bot.playground.serve import Playground
from tests.scenarios.conftest import House
from tests.scenarios.test_start import PASSWORD, changed, joining


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    async with Playground.start() as playground:
        playground.slack.app.socket_mode = True
        yield playground


async def diagnosis(
    house: House, capsys: pytest.CaptureFixture[str], **more: str
) -> tuple[int, dict[str, str], str]:
    """The exit status, and what it says of each part, with its mark."""
    capsys.readouterr()
    key = {} if "OPENAI_API_KEY" in more else {"OPENAI_API_KEY": house.playground.credentials.api_key}
    status = await examine(changed(house, **key, **more))
    said = capsys.readouterr().out
    keys = house.playground.credentials
    for secret in (keys.api_key, keys.bot_token, keys.app_token, keys.signing_secret, PASSWORD, "canary"):
        assert secret not in said
    return status, {line[2:].partition(":")[0]: line for line in said.splitlines()}, said


async def test_all_is_well(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.playground.slack.app.socket_mode = True
    token = house.playground.credentials.app_token
    status, parts, said = await diagnosis(house, capsys, SLACK_APP_TOKEN=token)
    assert (status, "✗" in said) == (0, False), said
    assert "1 work" in parts["connections"]


@pytest.mark.parametrize(
    ("variable", "value", "part", "words"),
    [
        ("SLACK_BOT_TOKEN", "xoxb-canary", "Slack token", "Install the app again"),
        ("SLACK_SIGNING_SECRET", "canary", "signing secret", "Basic Information"),
        ("SLACK_APP_TOKEN", "xapp-canary", "app token", "connections:write"),
        ("SLACK_API_URL", "http://127.0.0.1:1/api/", "Slack token", "does not answer"),
        ("SLACK_API_URL", "http://127.0.0.1:1/api/", "clock", "does not answer"),
        ("BOT_SECRET_KEY", "canary" * 8, "database", "BOT_SECRET_KEY does not open"),
    ],
)
async def test_a_wrong_variable_is_named_with_its_fix(
    house: House, capsys: pytest.CaptureFixture[str], variable: str, value: str, part: str, words: str
) -> None:
    status, parts, _ = await diagnosis(house, capsys, **{variable: value})
    assert status == 1
    assert parts[part].startswith("✗")
    assert words in parts[part]
    assert parts["secret key"].startswith("✓")


async def test_a_key_that_openai_refuses_is_named_by_its_connection(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house.playground.openai.key.revoked = True
    status, parts, _ = await diagnosis(house, capsys)
    assert status == 1
    assert "“Default”: OpenAI refused the API key" in parts["connections"]


async def test_a_restricted_key_is_no_fault(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.playground.openai.key.scopes = frozenset({"model.request"})
    status, parts, _ = await diagnosis(house, capsys)
    assert (status, parts["connections"][0]) == (0, "✓")


async def test_a_missing_scope_is_named(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.playground.slack.install().scopes.discard("files:write")
    status, parts, _ = await diagnosis(house, capsys)
    assert status == 1
    assert "lacks files:write" in parts["Slack token"]


async def test_a_clock_that_is_wrong_is_found(
    house: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time
    monkeypatch.setattr("bot.doctor.time.time", lambda: now() + 400)
    status, parts, _ = await diagnosis(house, capsys)
    assert status == 1
    assert "seconds off Slack's" in parts["clock"]


async def test_no_connection_yet_is_no_fault(
    playground: Playground, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await examine(joining(playground, tmp_path)) == 0
    assert "none yet" in capsys.readouterr().out


async def test_a_database_that_does_not_answer_or_was_not_released_is_named(
    playground: Playground, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"postgresql://patchbay:{PASSWORD}@127.0.0.1:1/patchbay"
    settings = joining(playground, tmp_path, DATABASE_URL=url, BOT_SECRET_KEY=secrets.token_hex())
    assert await examine(settings) == 1
    said = capsys.readouterr().out
    assert "✗ database: The database of DATABASE_URL" in said
    assert PASSWORD not in said


async def test_a_database_of_an_earlier_version_is_told_from_one_of_this(
    playground: Playground, tmp_path: Path, capsys: pytest.CaptureFixture[str], postgresql_server: str
) -> None:
    settings = joining(
        playground, tmp_path, DATABASE_URL=postgresql_server, BOT_SECRET_KEY=secrets.token_hex()
    )
    assert await examine(settings) == 1
    assert "python -m bot release" in capsys.readouterr().out


def test_without_variables_it_says_which_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SLACK_BOT_TOKEN", raising=False)
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:1/api/")
    assert main(["doctor"]) == 1
    assert "SLACK_BOT_TOKEN is missing" in capsys.readouterr().out
