"""Proves that a log line has the same keys always, carries its request's ids, and never a secret."""

import asyncio
import io
import json
import logging
import warnings
from typing import Any

import pytest

from bot.logs import failure, ids, log, redact, setup


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def out() -> io.StringIO:
    stream = io.StringIO()
    setup("INFO", stream)
    return stream


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_an_event_is_one_json_line_with_its_keys_in_reading_order(out: io.StringIO) -> None:
    with ids(workspace="T1", user="U1"), ids(module="chat", request=None):
        log("run.done", ms=12.5, tokens=40, model=None)
    (line,) = lines(out)
    assert list(line) == ["time", "level", "event", "workspace", "user", "module", "ms", "tokens"]
    assert (line["level"], line["event"], line["ms"]) == ("info", "run.done", 12.5)
    assert line["time"].endswith("+00:00")


async def test_tasks_inherit_the_ids_and_do_not_share_their_own(out: io.StringIO) -> None:
    async def work(user: str) -> None:
        with ids(user=user):
            await asyncio.sleep(0)
            log("work.done")

    with ids(workspace="T1"):
        await asyncio.gather(work("U1"), work("U2"))
    log("after")
    first, second, after = lines(out)
    assert [first["user"], second["user"]] == ["U1", "U2"]
    assert first["workspace"] == second["workspace"] == "T1"
    assert "workspace" not in after


SECRETS = [
    "sk-proj-abcdEFGH1234_-",
    "xoxb-123456789-abcdef",
    "xoxe.xoxb-1-abcdefgh",
    "xapp-1-A1-23456789",
    "Bearer abc.def+ghi/jkl==",
    "postgresql://bot:hunter22@db/bot",
    "whsec_abcdefgh12345",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_no_secret_leaves_through_a_message_a_key_or_an_exception(
    secret: str, stream: type[io.StringIO]
) -> None:
    out = stream()
    setup("INFO", out)
    logging.getLogger("httpx").warning("sent %s", {"authorization": secret})
    log("call.failed", header=secret, nested={"deep": [secret]})
    try:
        raise ValueError(f"refused {secret}")
    except ValueError as error:
        failure("bug", error)
    for part in (
        secret.replace("Bearer ", "").replace("postgresql://bot:", "").removesuffix("@db/bot").split()
    ):
        assert part not in out.getvalue()
    assert out.getvalue().count("[secret]") >= 4


def test_ordinary_words_stay_as_they_are() -> None:
    text = "task-something, sk-…abcd at http://127.0.0.1:3000/slack/events for a@b.test"
    assert redact(text) == text


def test_a_bug_is_logged_once_with_its_traceback_under_a_reference(out: io.StringIO) -> None:
    try:
        raise RuntimeError("broken\nhere")
    except RuntimeError as error:
        reference = failure("run.failed", error, ms=3)
    (line,) = lines(out)
    assert line["reference"] == reference
    assert len(reference) == 8
    assert line["level"] == "error"
    assert "RuntimeError: broken\nhere" in line["error"]


def test_libraries_speak_only_when_something_is_wrong(
    out: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A server that another test started takes this one off the root, as servers of the bot do.
    monkeypatch.setattr(logging.getLogger("uvicorn.access"), "propagate", True)
    for name in ("httpx", "slack_bolt.AsyncApp", "uvicorn.access", "apscheduler.scheduler"):
        logging.getLogger(name).info("chatter")
        logging.getLogger(name).warning("trouble")
    logging.getLogger("slack_bolt.RequestVerification").error("the whole body")
    assert [line["event"] for line in lines(out)] == [
        "httpx",
        "slack_bolt.AsyncApp",
        "uvicorn.access",
        "apscheduler.scheduler",
    ]
    assert lines(out)[0]["message"] == "trouble"


def test_python_warnings_become_events(out: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.warn("old way", DeprecationWarning, stacklevel=1)
    assert "old way" in lines(out)[0]["message"]


def test_the_level_is_obeyed() -> None:
    out = io.StringIO()
    setup("WARNING", out)
    log("quiet")
    log("loud", logging.WARNING)
    assert [line["event"] for line in lines(out)] == ["loud"]


def test_a_terminal_gets_short_lines_that_nobody_can_forge() -> None:
    out = Terminal()
    setup("INFO", out)
    with ids(workspace="T1"):
        log("run.done", ms=3)
    log("odd", logging.WARNING, name_="a\n12:00:00 forged \x1b[2J\u2028")
    logging.getLogger("uvicorn").warning("port in use")
    first, odd, other = out.getvalue().splitlines()
    assert first[8:] == " run.done workspace=T1 ms=3"
    assert odd[8:] == r" warning odd name_=a\n12:00:00 forged \x1b[2J\u2028"
    assert other[8:] == " warning uvicorn port in use"
