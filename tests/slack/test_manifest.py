"""Proves that the manifest is one that Slack takes, asks for all that the bot needs, and equals its file."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

import bot.playground.slack.server  # noqa: F401 - declares every method of the stand-in
from bot.modules import ALL
from bot.playground.slack.methods import METHODS
from bot.playground.slack.people import EVENTS as KNOWN_EVENTS
from bot.slack import manifest as written
from bot.slack.manifest import AGENT_SCOPES, EVENTS, SCOPES, manifest, shown

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = "shared/slack/manifest.schema.json"
#: What reading in a channel needs, by its kind; Slack decides it channel by channel.
HISTORY = {"channels:history", "groups:history", "im:history", "mpim:history"}
#: Tables of methods that say how one would be called, not that it is.
TABLES = {"methods.py", "rates.py"}

VARIANTS: list[dict[str, Any]] = [
    {"agent": agent, "socket": socket, "url": url}
    for agent in (True, False)
    for socket in (True, False)
    for url in (None, "https://bot.example.org/")
]


@pytest.fixture(scope="module")
def schema() -> Draft7Validator:
    for folder in ROOT.parents:
        if (folder / SCHEMA).exists():
            return Draft7Validator(json.loads((folder / SCHEMA).read_text()))
    pytest.skip(f"Slack's schema of manifests is not beside the project ({SCHEMA})")


def words(*paths: Path) -> Iterator[str]:
    """Every string in these files that is no docstring."""
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def in_slack() -> set[str]:
    files = [path for path in (ROOT / "bot/slack").glob("*.py") if path.name not in {*TABLES, "manifest.py"}]
    return set(words(*files, ROOT / "bot/assembly.py"))


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_the_manifest_is_valid(schema: Draft7Validator, variant: dict[str, Any]) -> None:
    assert [error.message for error in schema.iter_errors(manifest(ALL, **variant))] == []


def test_the_file_equals_the_code() -> None:
    expected = shown(manifest(ALL, socket=True))
    assert (ROOT / "manifest.json").read_text() == expected, (
        "run `python -m bot manifest --out manifest.json`"
    )


def test_every_module_has_its_command() -> None:
    commands = {each["command"]: each for each in manifest(ALL)["features"]["slash_commands"]}
    assert [*commands] == ["/openai", *(f"/openai-{each.name}" for each in ALL)]
    assert commands["/openai-chat"]["usage_hint"].startswith("messages…")


def test_every_method_that_the_bot_calls_is_allowed() -> None:
    called = in_slack() & {*METHODS}
    assert {"chat.postMessage", "views.open", "users.info", "files.info", "conversations.replies"} <= called
    needed = {METHODS[name].scope for name in called if METHODS[name].kind == "bot"} - {None}
    needed |= HISTORY if "conversations.replies" in called else set()
    assert needed <= {*SCOPES}


def test_no_scope_is_asked_for_without_a_use() -> None:
    called = in_slack() & {*METHODS}
    used = {METHODS[name].scope for name in called}
    # The rest belongs to no method: to commands, to events, and to a file's address.
    assert {*SCOPES} - used == {"commands", "app_mentions:read", *HISTORY}
    assert all({**SCOPES, **AGENT_SCOPES, **EVENTS}.values())


def test_every_event_that_is_handled_is_subscribed() -> None:
    known = {name.partition(".")[0] for name in KNOWN_EVENTS.split()}
    handled = in_slack() & known
    assert {"message", "app_mention", "app_home_opened", "agent_session_stopped"} <= handled
    subscribed = manifest(ALL)["settings"]["event_subscriptions"]["bot_events"]
    assert {name.partition(".")[0] for name in subscribed} == handled


def test_guests_can_use_the_app_without_an_agent_view() -> None:
    made = manifest(ALL, agent=False)
    assert "agent" not in json.dumps(made)
    assert "assistant" not in json.dumps(made)
    assert {*manifest(ALL)["oauth_config"]["scopes"]["bot"]} == {*SCOPES, *AGENT_SCOPES}


@pytest.mark.parametrize("url", ["https://bot.example.org", "https://bot.example.org/slack/events"])
def test_over_http_everything_comes_to_one_address(url: str) -> None:
    made = manifest(ALL, url=url)
    at = "https://bot.example.org/slack/events"
    assert {each["url"] for each in made["features"]["slash_commands"]} == {at}
    assert made["settings"]["event_subscriptions"]["request_url"] == at
    assert made["settings"]["interactivity"]["request_url"] == at
    assert made["settings"]["interactivity"]["message_menu_options_url"] == at
    assert not made["settings"]["socket_mode_enabled"]


def test_with_socket_mode_there_is_no_address() -> None:
    assert "https://" not in shown(manifest(ALL, socket=True, url="https://bot.example.org"))
    assert written.PATH == "/slack/events"
