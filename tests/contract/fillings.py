"""Values for every field with which an example is still a request that the API takes."""

import json
import re
from collections.abc import Iterator
from typing import Any

from bot import fields as f
from bot.module import File, Operation
from bot.modules.audio import EXAMPLE as SOUND
from bot.modules.finetune import EXAMPLES
from bot.modules.image_edit import EXAMPLE as PICTURE
from tests.contract.cases import cases

#: A real file for each type that a field may ask for.
FILES = {"png": PICTURE, "jsonl": EXAMPLES, "wav": SOUND, "txt": File("a.txt", b"One.\nTwo.\n", "text/plain")}
#: What the API wants of JSON whose hint shows no example.
JSON: dict[str, Any] = {
    "tools": [{"type": "function", "function": {"name": "now", "parameters": {"type": "object"}}}],
    "tool_choice": "none",
    "prediction": {"type": "content", "content": "Hello."},
    "web_search_options": {"search_context_size": "low"},
    "moderation": {"model": "omni-moderation-latest"},
    "metadata": {"team": "support"},
    "grader": {"type": "string_check", "name": "same", "operation": "eq", "input": "a", "reference": "b"},
    "body": {"a": 1},
}
#: Longer texts prove nothing more here.
LONG = 300


def fillings(operation: Operation) -> Iterator[tuple[f.Field, Any]]:
    """Each field with each of its right values, one after the other."""
    for kind in operation.fields:
        for given in _right(kind):
            yield kind, given


def _right(kind: f.Field) -> list[Any]:
    match kind:
        case f.Files():
            found = next((file for ending, file in FILES.items() if ending in (kind.types or FILES)), None)
            assert found, f"no file of a type of {kind.name} is here"
            return [[found] * count for count in range(1, min(kind.most, 2) + 1)]
        case f.Json():
            shown = re.search(r"[\[{].*[\]}]", kind.hint)
            return [json.loads(shown[0]) if shown else JSON[kind.name]]
        case f.Model() | f.Reference() | f.Secret():
            return []  # another one than the example's does not exist
        case f.Text(pattern=None) | f.Several() | f.Items():
            return [case.given for case in cases(kind) if case.right and len(str(case.given)) < LONG]
        case _:
            return [case.given for case in cases(kind) if case.right]
