"""Decides what the model says: text, tool calls or JSON, cut by stop words and limits; and its usage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import orjson

from bot.playground.openai import structured, text, tokens
from bot.playground.openai.chat_rules import REASONING_TOKENS
from bot.playground.openai.turns import Turn, topic


@dataclass(slots=True)
class Choice:
    """One answer: the tokens of its text, or the calls of tools that it consists of."""

    index: int
    pieces: list[str]
    finish_reason: str = "stop"
    reasoning: int = 0
    calls: list[dict[str, Any]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(self.pieces)

    @property
    def spent(self) -> int:
        """The tokens that it cost, thinking included."""
        return (
            len(self.pieces)
            + self.reasoning
            + sum(tokens.count(call["arguments"]) + 4 for call in self.calls)
        )


def compose(said: Sequence[Turn], body: Mapping[str, Any], index: int, effort: str, limit: int) -> Choice:
    """One answer to a conversation; `limit` counts thinking and text."""
    calls = tool_calls(said, body)
    reasoning = min(limit, REASONING_TOKENS.get(effort, 0))
    if calls:
        return Choice(index, [], "tool_calls", reasoning, calls)
    whole = written(said, body.get("response_format") or {}, index)
    stops = body.get("stop") or []
    for stop in [stops] if isinstance(stops, str) else stops:
        whole = whole.partition(stop)[0] if stop else whole
    pieces = tokens.split(whole)
    left = limit - reasoning
    if len(pieces) > left:
        return Choice(index, pieces[:left], "length", reasoning)
    return Choice(index, pieces, "stop", reasoning)


def written(said: Sequence[Turn], wanted: Mapping[str, Any], index: int) -> str:
    """The text in the wanted format: as it is, as any JSON, or as JSON of a schema."""
    whole = text.answer(said, index)
    if wanted.get("type") == "json_object":
        return orjson.dumps({"answer": whole}, option=orjson.OPT_INDENT_2).decode()
    if wanted.get("type") == "json_schema":
        schema = wanted.get("json_schema", wanted).get("schema") or {"type": "object"}
        return orjson.dumps(structured.value(schema, whole)).decode()
    return whole


def tool_calls(said: Sequence[Turn], body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The calls that the answer consists of: when the request demands one, or the person names the tool."""
    offered = [_tool(one) for one in body.get("tools") or ()]
    offered += [{"kind": "function", **one} for one in body.get("functions") or ()]
    choice = body.get("tool_choice") or body.get("function_call") or "auto"
    if not offered or choice == "none" or (said and said[-1].role in {"tool", "function"}):
        return []
    asked = said[-1].text if said else ""
    if isinstance(choice, dict):
        if choice.get("type") == "allowed_tools":
            names = {_tool(one)["name"] for one in choice["allowed_tools"]["tools"]}
            offered = [tool for tool in offered if tool["name"] in names]
            choice = choice["allowed_tools"]["mode"]
        else:
            named = (choice.get("function") or choice.get("custom") or choice)["name"]
            return [_called(tool, asked) for tool in offered if tool["name"] == named]
    meant = [tool for tool in offered if _meant(tool["name"], asked)]
    if choice == "required":
        meant = meant or offered[:1]
    return [_called(tool, asked) for tool in meant]


def _tool(one: Mapping[str, Any]) -> dict[str, Any]:
    kind = one["type"]
    return {"kind": kind, **(one.get(kind) or one)}


def _meant(name: str, asked: str) -> bool:
    return name.replace("_", " ").lower() in asked.replace("_", " ").lower()


def _called(tool: Mapping[str, Any], asked: str) -> dict[str, Any]:
    if tool["kind"] == "custom":
        arguments = asked
    else:
        filled = structured.value(tool.get("parameters") or {"type": "object"}, topic(asked))
        arguments = orjson.dumps(filled).decode()
    return {"kind": tool["kind"], "name": tool["name"], "arguments": arguments}


def logprobs(pieces: Sequence[str], most: int) -> dict[str, Any]:
    """The log probabilities of tokens, made up from their letters, with so many alternatives each."""

    def one(piece: str, number: int) -> dict[str, Any]:
        chance = -(crc32(piece.encode()) % 1000) / 4000 - number
        return {"token": piece, "logprob": chance, "bytes": list(piece.encode())}

    content = []
    for piece in pieces:
        others = [one(piece if not number else f"{piece}{number}", number) for number in range(most)]
        content.append({**one(piece, 0), "top_logprobs": others})
    return {"content": content, "refusal": None}


def usage(prompt: int, choices: Sequence[Choice], predicted: Any = None) -> dict[str, Any]:
    """The usage of a chat completion."""
    spent = sum(choice.spent for choice in choices)
    accepted, rejected = _prediction(choices, predicted)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": spent,
        "total_tokens": prompt + spent,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": sum(choice.reasoning for choice in choices),
            "audio_tokens": 0,
            "accepted_prediction_tokens": accepted,
            "rejected_prediction_tokens": rejected,
        },
    }


def _prediction(choices: Sequence[Choice], predicted: Any) -> tuple[int, int]:
    if not predicted:
        return 0, 0
    content = predicted["content"]
    whole = content if isinstance(content, str) else "".join(part["text"] for part in content)
    pieces, written_pieces = tokens.split(whole), set(choices[0].pieces)
    accepted = sum(piece in written_pieces for piece in pieces)
    return accepted, len(pieces) - accepted
