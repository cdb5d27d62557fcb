"""The stand-in for the OpenAI API behind a real client, and what of a result a test looks at."""

import json
from typing import Any

from bot.checking import check
from bot.module import Context, Facts, File, Module, Result, Table, Text
from bot.openai import Account, Api, Client
from bot.playground.faults import Faults
from bot.playground.openai.api import Api as StandIn

PERSON = "0123456789abcdef0123456789abcdef"


class World:
    """A running API, an account at it, and what was asked of it."""

    def __init__(self, stand_in: StandIn, faults: Faults, client: Client, root: str) -> None:
        self.stand_in, self.faults, self.client, self.root = stand_in, faults, client, root
        self.url = f"{root}/v1"
        self.api = self.as_key(stand_in.key.secret)

    def as_key(self, key: str) -> Api:
        return self.client.api(Account(key, base_url=self.url))

    async def run(self, module: Module, operation: str | None = None, **raw: Any) -> Result:
        """Check what was typed as every surface does, then call."""
        found = module.operation(operation) if operation else module.operations[0]
        assert found is not None
        context = Context(None, self.api, PERSON)  # type: ignore[arg-type] # no operation here asks for connections
        return await found.call(context, check(found, raw))

    async def control(self, path: str, **body: Any) -> Any:
        host = self.client.api(Account("none", base_url=f"{self.root}/control"))
        method = "PATCH" if path == "keys" else "POST"
        answer = await host.request(method, path, body=body)
        assert answer.status == 200, answer.data
        return answer.data

    def asked(self, path: str = "") -> list[dict[str, Any]]:
        """The requests whose path ends so, oldest first."""
        return [each for each in self.stand_in.requests if each["path"].endswith(path)]

    def bodies(self, path: str = "") -> list[Any]:
        return [each["body"] for each in self.asked(path)]


def said(result: Result) -> str:
    """All texts of a result."""
    return "\n".join(part.markdown for part in result.parts if isinstance(part, Text))


def facts(result: Result) -> dict[str, str]:
    return {name: value for part in result.parts if isinstance(part, Facts) for name, value in part.pairs}


def tables(result: Result) -> list[Table]:
    return [part for part in result.parts if isinstance(part, Table)]


def files(result: Result) -> list[File]:
    return [part for part in result.parts if isinstance(part, File)]


def as_json(file: File) -> Any:
    return json.loads(file.content)
