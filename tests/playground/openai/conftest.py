"""What every test of the OpenAI stand-in uses: a running server, the official client and schemas."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from jsonschema import Draft202012Validator
from openai import AsyncOpenAI
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from bot.playground.clock import Clock
from bot.playground.openai.api import Api, build
from bot.playground.server import bind, serving

DOCUMENT = "openai-openapi/openapi.json"


@dataclass
class Running:
    """A server of this test: its state and where it listens ("http://127.0.0.1:1234", and the same + /v1)."""

    api: Api
    root: str
    http: aiohttp.ClientSession

    @property
    def url(self) -> str:
        return self.root + "/v1"

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.api.key.secret}"}

    async def ask(self, method: str, path: str, **more: Any) -> tuple[int, Any, dict[str, str]]:
        """A request under /v1 with the key: status, JSON (or bytes) and headers in lower case."""
        headers = {**self.headers, **more.pop("headers", {})}
        async with self.http.request(method, self.url + path, headers=headers, **more) as response:
            body = await response.read()
            kept = {name.lower(): value for name, value in response.headers.items()}
            is_json = "application/json" in kept.get("content-type", "")
            return response.status, json.loads(body) if is_json else body, kept

    async def control(self, method: str, path: str, value: object = None) -> Any:
        """A request to the control API; its JSON."""
        async with self.http.request(method, f"{self.root}/control{path}", json=value) as response:
            return await response.json()

    async def events(self, path: str, body: object) -> list[Any]:
        """The JSON of each server-sent event of a POST under /v1, and "[DONE]" as it is."""
        async with self.http.post(self.url + path, headers=self.headers, json=body) as response:
            assert response.headers["content-type"].startswith("text/event-stream"), await response.text()
            lines = (await response.text()).splitlines()
        data = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
        return [one if one == "[DONE]" else json.loads(one) for one in data]


@pytest.fixture
async def api_server() -> AsyncIterator[Running]:
    """The API on a free port."""
    api = Api(Clock(), seed=1)
    async with serving(build(api), bind(0)) as root, aiohttp.ClientSession() as http:
        yield Running(api, root, http)


@pytest.fixture
async def sdk(api_server: Running) -> AsyncIterator[AsyncOpenAI]:
    """The official client, which refuses answers that are not as its types say."""
    key = api_server.api.key.secret
    async with AsyncOpenAI(
        api_key=key, base_url=api_server.url, max_retries=0, _strict_response_validation=True
    ) as client:
        yield client


@pytest.fixture
async def lenient_sdk(api_server: Running) -> AsyncIterator[AsyncOpenAI]:
    """The official client as people use it, where its strictness disagrees with the real API or itself."""
    key = api_server.api.key.secret
    async with AsyncOpenAI(api_key=key, base_url=api_server.url, max_retries=0) as client:
        yield client


class Schema:
    """The official OpenAPI document as a judge of requests, answers and events. Paths are without /v1."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.paths = document["paths"]
        resource = Resource(contents=document, specification=DRAFT202012)
        self.registry: Registry[Any] = Registry().with_resource("urn:openai", resource)

    def check(self, schema: dict[str, Any], value: object) -> None:
        validator = Draft202012Validator(_absolute(schema), registry=self.registry)
        problems = [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value)]
        assert not problems, problems

    def _of_answer(self, method: str, path: str, kind: str) -> dict[str, Any]:
        schema: dict[str, Any] = self.paths[path][method.lower()]["responses"]["200"]["content"][kind][
            "schema"
        ]
        return schema

    def response(self, method: str, path: str, value: object) -> None:
        """Fail unless the value is what this operation answers."""
        self.check(self._of_answer(method, path, "application/json"), value)

    def event(self, method: str, path: str, value: object) -> None:
        """Fail unless the value is an event of this operation's stream."""
        self.check(self._of_answer(method, path, "text/event-stream"), value)

    def request(self, method: str, path: str, value: object, kind: str = "application/json") -> None:
        """Fail unless the value is a body that this operation takes."""
        self.check(self.paths[path][method.lower()]["requestBody"]["content"][kind]["schema"], value)

    def named(self, name: str, value: object) -> None:
        """Fail unless the value is what the component of this name says."""
        self.check({"$ref": f"#/components/schemas/{name}"}, value)

    def error(self, value: object) -> None:
        """Fail unless the value is the body of an error."""
        self.named("ErrorResponse", value)


def _absolute(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_absolute(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: "urn:openai" + value if name == "$ref" and isinstance(value, str) else _absolute(value)
        for name, value in schema.items()
    }


def _repaired(node: Any) -> Any:
    """The document says 3.1 and uses words of 3.0: `nullable`, and `exclusiveMinimum: true`."""
    if isinstance(node, list):
        return [_repaired(one) for one in node]
    if not isinstance(node, dict):
        return node
    node = {name: _repaired(value) for name, value in node.items()}
    if node.get("exclusiveMinimum") is True:
        node["exclusiveMinimum"] = node.pop("minimum")
    if node.pop("nullable", False) is True:
        return {"anyOf": [node, {"type": "null"}]}
    return node


@pytest.fixture(scope="session")
def schema() -> Iterator[Schema]:
    """The official schemas, where the document lies beside the project."""
    for folder in Path(__file__).resolve().parents:
        found = folder / "shared" / DOCUMENT
        if found.exists():
            yield Schema(_repaired(json.loads(found.read_text())))
            return
    pytest.skip(f"the official OpenAPI document is not beside the project (shared/{DOCUMENT})")
