"""POST /moderations: scores of the thirteen categories from words and from how strongly they are put."""

import re
from typing import Any
from zlib import crc32

from starlette.routing import Route
from starlette.types import ASGIApp

from bot.playground.openai import check
from bot.playground.openai.call import Call, route
from bot.playground.openai.chat_check import image_url
from bot.playground.openai.state import Api

# Words as patterns; whoever matches more of them scores higher. The second pattern of a pair makes it worse.
WORDS = {
    "harassment": r"\b(idiots?|stupid|losers?|shut up|pathetic|moron|worthless|i hate you|ugly)\b",
    "harassment/threatening": r"\b(i(?:'| wi)ll (?:kill|hurt|beat|find) (?:you|him|her|them)|you will pay)\b",
    "hate": r"\b(subhuman|inferior race|vermin|go back to your country|all (?:immigrants|foreigners) are)\b",
    "hate/threatening": r"\b((?:kill|exterminate|burn) (?:all|every) (?:the )?\w+s)\b",
    "illicit": r"\b(shoplift\w*|pick a lock|counterfeit|launder money|hot-?wire|make (?:a )?meth|steal a)\b",
    "illicit/violent": r"\b(build a bomb|make a bomb|buy a gun|pipe bomb|explosives?)\b",
    "self-harm": r"\b(suicide|kill myself|cut(?:ting)? myself|self-?harm|end my life)\b",
    "self-harm/intent": r"\b(i (?:want|am going|plan) to (?:die|kill myself|hurt myself|end my life))\b",
    "self-harm/instructions": r"\b(how to (?:kill|cut|hurt) (?:myself|yourself)|best way to die)\b",
    "sexual": r"\b(porn\w*|sex(?:y|ual)?|nude|naked|erotic)\b",
    "sexual/minors": r"\b((?:child|minor|underage)\b.{0,20}\b(?:nude|naked|sexual|porn\w*))\b",
    "violence": r"\b(kill|murder|stab|shoot|punch|beat (?:you|him|her|them)|bomb|massacre|blood)\w*\b",
    "violence/graphic": r"\b(gore|dismember\w*|decapitat\w*|guts|blood everywhere|mutilat\w*)\b",
}
PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in WORDS.items()}
SEES_IMAGES = {
    "self-harm",
    "self-harm/intent",
    "self-harm/instructions",
    "sexual",
    "violence",
    "violence/graphic",
}
THRESHOLD = 0.5
QUIET = 1e-5  # what a category without any sign scores at least

TEXT = check.record({"type": check.one_of("text"), "text": check.string()}, ["type", "text"])
IMAGE = check.record(
    {"type": check.one_of("image_url"), "image_url": check.record({"url": image_url}, ["url"])},
    ["type", "image_url"],
)


def part(name: str, value: Any) -> None:
    """A text, or a part with a text or an image."""
    if isinstance(value, str):
        return
    check.mapping(name, value)
    if "type" not in value:
        raise check.missing(f"{name}.type")
    check.one_of("text", "image_url")(f"{name}.type", value["type"])
    (TEXT if value["type"] == "text" else IMAGE)(name, value)


INPUT = check.either(check.string(), check.array(part, 1), "one of a string or array")


def scores(text: str) -> dict[str, float]:
    """The score of each category, 0 to 1: the same text always has the same."""
    found = {}
    for name, pattern in PATTERNS.items():
        hits = len(pattern.findall(text))
        noise = crc32(f"{name}|{text}".encode()) % 1000 / 1e5
        found[name] = round(min(0.999, 0.4 + 0.35 * hits) if hits else QUIET + noise, 7)
    return found


def result(text: str, kinds: list[str]) -> dict[str, Any]:
    """One result; `kinds` says whether there was text, an image, or both."""
    scored = scores(text)
    flags = {name: score > THRESHOLD for name, score in scored.items()}
    return {
        "flagged": any(flags.values()),
        "categories": flags,
        "category_scores": scored,
        "category_applied_input_types": {
            name: [kind for kind in kinds if kind == "text" or name in SEES_IMAGES] for name in scored
        },
    }


def inline(model: str, text: str) -> dict[str, Any]:
    """What a chat completion carries when it was asked to moderate itself."""
    one = {"type": "moderation_result", "model": model, **result(text, ["text"])}
    return {"type": "moderation_results", "model": model, "results": [one]}


async def create(call: Call) -> ASGIApp:
    """Score each text, or the parts of one input together."""
    body, api = await call.json(), call.api
    check.fields(body, {"input": INPUT, "model": check.string(1)}, ["input"])
    name = body.get("model") or "omni-moderation-latest"
    model = api.models.serving(name, "moderation", api.now(), call.key.organization)
    given = body["input"]
    if isinstance(given, str):
        results = [result(given, ["text"])]
    elif all(isinstance(one, str) for one in given):
        results = [result(one, ["text"]) for one in given]
    else:
        parts = [{"type": "text", "text": one} if isinstance(one, str) else one for one in given]
        texts = [one["text"] for one in parts if one["type"] == "text"]
        kinds = sorted({one["type"].removesuffix("_url") for one in parts}, reverse=True)
        results = [result("\n".join(texts), kinds)]
    return call.answer({"id": api.new_id("modr-"), "model": model.snapshot, "results": results})


def routes(api: Api) -> list[Route]:
    """The routes of this family; moderation is free."""
    return [route(api, "POST", "/moderations", create, "model.request", limited=True)]
