"""Judges requests by the official OpenAPI document, which lags behind the API by what is listed here."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.contract.scene import Seen
from tests.playground.openai.conftest import Schema, _absolute

Json = dict[str, Any]

#: Paths that the document has no more, or never had: servers beside OpenAI's still have them.
BESIDE = {"POST /edits", "POST /images/variations"}
#: Parameters that the document does not know yet; the official client 3.54 does.
NEWER_NAMES: Mapping[str, set[str]] = {
    "POST /images/generations": {"safety_identifier"},
    "POST /images/edits": {"safety_identifier"},
}
#: Values of parameters that the document knows with fewer.
NEWER_VALUES: Mapping[tuple[str, str], set[str]] = {
    ("POST /images/generations", "quality"): {"xhigh", "max"},  # gpt-image-2.5 and later
    ("POST /images/edits", "quality"): {"xhigh", "max", "hd"},  # hd: of DALL·E 3, elsewhere the API says no
}


class Official:
    """The document, asked by request."""

    def __init__(self, schema: Schema) -> None:
        document = _any_of(schema.registry.contents("urn:openai"))
        resource = Resource(contents=document, specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource("urn:openai", resource)
        self._components: Json = document["components"]["schemas"]
        self._operations: Json = document["paths"]
        self._patterns = {re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)): path for path in self._operations}

    def problems(self, seen: Seen) -> list[str]:
        """What is wrong with a request; empty when it is as the document says."""
        if seen.line in BESIDE:
            return []
        path = self._path(seen.path)
        operation = self._operations.get(path or "", {}).get(seen.method.lower())
        if operation is None:
            return [f"the document has no {seen.line}"]
        place = f"{seen.method} {path}"
        return [*self._query(seen, operation), *self._body(seen, operation, place)]

    def _path(self, path: str) -> str | None:
        if path in self._operations:
            return path
        return next((known for pattern, known in self._patterns.items() if pattern.fullmatch(path)), None)

    def _query(self, seen: Seen, operation: Json) -> Iterator[str]:
        known = {each["name"]: each for each in operation.get("parameters", ()) if each["in"] == "query"}
        for name, value in seen.query:
            found = known.get(name.partition("[")[0])
            if found is None:
                yield f"{seen.line} has no parameter {name}"
            elif "[" not in name:
                yield from self._errors(found["schema"], self._typed(found["schema"], value), name)

    def _body(self, seen: Seen, operation: Json, place: str) -> Iterator[str]:
        content = operation.get("requestBody", {}).get("content", {})
        if not seen.body:
            return
        if seen.kind not in content:
            yield f"{place} takes no {seen.kind}"
            return
        schema = content[seen.kind]["schema"]
        known = self._properties(schema)
        body = seen.json() if seen.kind == "application/json" else self._form(seen, known)
        body = {
            name: value
            for name, value in body.items()
            if name not in NEWER_NAMES.get(place, ())
            and not (isinstance(value, str) and value in NEWER_VALUES.get((place, name), ()))
        }
        yield from (f"{place} has no {name}" for name in body if name not in known)
        yield from self._errors(schema, body, place)

    def _errors(self, schema: Json, value: Any, place: str) -> Iterator[str]:
        validator = Draft202012Validator(_absolute(schema), registry=self._registry)
        for error in validator.iter_errors(value):
            yield f"{place} {error.json_path}: {error.message[:200]}"

    def _form(self, seen: Seen, known: Mapping[str, Json]) -> Json:
        """A form's parts as the object that they mean: lists, groups, numbers; files are their names."""
        made: Json = {}
        for name, file, _, content in seen.parts():
            first, bracket, key = name.partition("[")
            value = file if file is not None else self._typed(known.get(first, {}), content.decode())
            if bracket and key != "]":
                made.setdefault(first, {})[key.rstrip("]")] = int(value) if str(value).isdigit() else value
            elif bracket:
                made.setdefault(first, []).append(value)
            else:
                made[first] = value
        return made

    def _typed(self, schema: Json, text: str) -> Any:
        """Text as the number or truth that this schema wants."""
        wanted = set(self._types(schema))
        if "boolean" in wanted and text in {"true", "false"}:
            return text == "true"
        if wanted & {"integer", "number"} and re.fullmatch(r"-?\d+(\.\d+)?", text):
            return float(text) if "." in text else int(text)
        return text

    def _types(self, schema: Json) -> Iterator[str]:
        schema = self._resolved(schema)
        found = schema.get("type", [])
        yield from [found] if isinstance(found, str) else found
        for name in ("anyOf", "oneOf", "allOf"):
            for each in schema.get(name, ()):
                yield from self._types(each)

    def _properties(self, schema: Json) -> dict[str, Json]:
        schema = self._resolved(schema)
        found: dict[str, Json] = dict(schema.get("properties", {}))
        for name in ("anyOf", "oneOf", "allOf"):
            for each in schema.get(name, ()):
                found |= self._properties(each)
        return found

    def _resolved(self, schema: Json) -> Json:
        while "$ref" in schema:
            schema = self._components[schema["$ref"].rpartition("/")[2]]
        return schema


def _any_of(node: Any) -> Any:
    """The document with `anyOf` for `oneOf`: a user's message is two kinds of item at once there."""
    if isinstance(node, list):
        return [_any_of(each) for each in node]
    if not isinstance(node, dict):
        return node
    made = {name: _any_of(value) for name, value in node.items()}
    return made | {"anyOf": made.pop("oneOf")} if "oneOf" in made and "anyOf" not in made else made
