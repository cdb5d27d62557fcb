"""What tests of the Slack stand-in need: Slack's own client, people, and an app that receives."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import orjson
import pytest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request
from starlette.responses import Response

from bot.playground.person import Person
from bot.playground.serve import Playground
from bot.playground.slack.world import World

Json = dict[str, Any]
Meet = Callable[[str], Awaitable[Person]]


@dataclass
class Receiver:
    """An app's endpoint: verifies signatures with slack_sdk, keeps what came, answers as it is told."""

    verifier: SignatureVerifier
    got: list[tuple[dict[str, str], Json]] = field(default_factory=list)
    answers: Callable[[Json], Response | Awaitable[Response]] = lambda _payload: Response()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        body = await request.body()
        assert self.verifier.is_valid_request(body, dict(request.headers))
        if request.headers["content-type"] == "application/json":
            payload = orjson.loads(body)
        else:
            form = {
                name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()
            }
            payload = orjson.loads(form["payload"]) if "payload" in form else form
        self.got.append((dict(request.headers), payload))
        answer = self.answers(payload)
        await (answer if isinstance(answer, Response) else await answer)(scope, receive, send)

    def events(self, kind: str) -> list[Json]:
        """The events of one type that came, in order."""
        return [
            p["event"]
            for _, p in self.got
            if p.get("type") == "event_callback" and p["event"]["type"] == kind
        ]

    def interactions(self, kind: str) -> list[Json]:
        """The interactions of one type that came, in order."""
        return [payload for _, payload in self.got if payload.get("type") == kind]


@pytest.fixture
def world(playground: Playground) -> World:
    return playground.slack


@pytest.fixture
def client(playground: Playground, http: aiohttp.ClientSession) -> AsyncWebClient:
    return AsyncWebClient(
        playground.credentials.bot_token, base_url=playground.slack_url, session=http, retry_handlers=[]
    )


@pytest.fixture
async def app(playground: Playground, serve: Any) -> Receiver:
    """The app's endpoint, to which everything is delivered."""
    receiver = Receiver(SignatureVerifier(playground.credentials.signing_secret))
    playground.slack.app.events_url = await serve(receiver) + "/slack/events"
    return receiver


@pytest.fixture
async def meet(playground: Playground) -> AsyncIterator[Meet]:
    """People, by name."""
    async with AsyncExitStack() as stack:

        async def come(name: str) -> Person:
            return await stack.enter_async_context(Person(playground.control_url, name))

        yield come


@pytest.fixture
async def ada(meet: Meet) -> Person:
    return await meet("ada")


def text(words: str) -> Json:
    """A plain_text object."""
    return {"type": "plain_text", "text": words}


@pytest.fixture
def modal() -> Callable[..., Json]:
    """A modal with the blocks given, or with one text field `name`."""

    def make(*blocks: Json, **more: Any) -> Json:
        element = {"type": "plain_text_input", "action_id": "typed"}
        name = {"type": "input", "block_id": "name", "label": text("Name"), "element": element}
        base = {"type": "modal", "callback_id": "form", "title": text("Form"), "submit": text("Send")}
        return base | {"blocks": list(blocks) or [name]} | more

    return make


@pytest.fixture
async def trigger(app: Receiver, ada: Person) -> Any:
    """A fresh trigger of ada's, each time it is called."""

    async def make() -> str:
        await ada.command("/openai", "")
        return str(app.got[-1][1]["trigger_id"])

    return make
