"""The door lets each path through to where it belongs, and OpenAI's webhooks whole, within bounds."""

from collections.abc import MutableMapping
from typing import Any

import orjson

from bot.door import MOST_EVENT, Door

Message = MutableMapping[str, Any]


class Visitor:
    """Asks the door, and keeps what reached the rooms behind it."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.webhooks: list[tuple[str, str, dict[str, str], bytes]] = []
        self.well = True

    async def _event(self, scope: Message, receive: Any, send: Any) -> None:
        self.events.append(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    async def _health(self) -> tuple[bool, dict[str, Any]]:
        return self.well, {"ok": self.well}

    async def _webhook(self, *given: Any) -> tuple[int, dict[str, Any]]:
        self.webhooks.append(given)
        return 200, {"ok": True}

    async def ask(self, method: str, path: str, *pieces: bytes, broken: bool = False) -> tuple[int, Any]:
        """The status and the JSON of the answer."""
        parts = pieces or (b"",)
        coming: list[Message] = [
            {"type": "http.request", "body": each, "more_body": broken or at < len(parts) - 1}
            for at, each in enumerate(parts)
        ]
        sent: list[Message] = []

        async def receive() -> Message:
            return coming.pop(0) if coming else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        door = Door(self._event, self._health, self._webhook)
        scope = {"type": "http", "method": method, "path": path, "headers": [(b"webhook-id", b"evt_1")]}
        await door(scope, receive, send)
        return sent[0]["status"], orjson.loads(sent[1]["body"])


async def test_each_path_leads_where_it_belongs() -> None:
    visitor = Visitor()
    assert (await visitor.ask("POST", "/slack/events"))[0] == 200
    assert (await visitor.ask("GET", "/healthz")) == (200, {"ok": True})
    visitor.well = False
    assert (await visitor.ask("GET", "/healthz"))[0] == 503
    assert (await visitor.ask("GET", "/"))[0] == 404
    assert visitor.events == ["/slack/events"]


async def test_a_webhook_arrives_whole_with_its_workspace_and_connection() -> None:
    visitor = Visitor()
    assert await visitor.ask("POST", "/openai/webhooks/T1/abc", b'{"a"', b": 1}") == (200, {"ok": True})
    assert visitor.webhooks == [("T1", "abc", {"webhook-id": "evt_1"}, b'{"a": 1}')]


async def test_what_is_no_webhook_is_turned_away() -> None:
    visitor = Visitor()
    for path in (
        "/openai/webhooks/",
        "/openai/webhooks/T1",
        "/openai/webhooks/T1/",
        "/openai/webhooks/T1/a/b",
    ):
        assert (await visitor.ask("POST", path))[0] == 404
    assert (await visitor.ask("GET", "/openai/webhooks/T1/abc"))[0] == 405
    half = b"x" * (MOST_EVENT // 2 + 1)
    assert (await visitor.ask("POST", "/openai/webhooks/T1/abc", half, half))[0] == 413
    assert (await visitor.ask("POST", "/openai/webhooks/T1/abc", b"half", broken=True))[0] == 400
    assert visitor.webhooks == []
