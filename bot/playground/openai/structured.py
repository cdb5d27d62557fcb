"""Makes JSON values that a schema allows, filled with words of the conversation."""

from typing import Any

DEPTH = 8  # of nested objects; recursive schemas end there


def value(schema: Any, text: str, root: Any = None, depth: int = 0) -> Any:
    """A value that the schema allows; `text` fills its strings."""
    root = schema if root is None else root
    if not isinstance(schema, dict) or depth > DEPTH:
        return None
    if "$ref" in schema:
        return value(_pointed(schema["$ref"], root), text, root, depth + 1)
    if "const" in schema or "enum" in schema:
        return schema.get("const") or schema["enum"][0]
    for many in ("anyOf", "oneOf", "allOf"):
        if schema.get(many):
            return value(schema[many][0], text, root, depth + 1)
    return _of_type(schema, text, root, depth)


def _of_type(schema: dict[str, Any], text: str, root: Any, depth: int) -> Any:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        wanted = schema.get("properties", {})
        return {name: value(part, text, root, depth + 1) for name, part in wanted.items()}
    if kind == "array":
        item = value(schema.get("items", {"type": "string"}), text, root, depth + 1)
        return [item] * max(1, min(schema.get("minItems", 1), 100))
    if kind in {"integer", "number"}:
        low = schema.get("minimum", schema.get("exclusiveMinimum", schema.get("maximum", 1) - 1))
        return low + 1 if "exclusiveMinimum" in schema else low
    if kind == "boolean":
        return True
    return None if kind == "null" else _string(schema, text)


def _string(schema: dict[str, Any], text: str) -> str:
    formats = {
        "date": "2026-11-22",
        "date-time": "2026-11-22T12:00:00Z",
        "email": "ada@example.com",
        "uri": "https://example.com/",
        "uuid": "6f1a4c1e-6f0a-4c5e-9d3b-0a1b2c3d4e5f",
    }
    made = formats.get(schema.get("format", ""), text)
    return made[: schema.get("maxLength", 400)].ljust(schema.get("minLength", 0), ".")


def _pointed(pointer: str, root: Any) -> Any:
    found = root
    for step in pointer.removeprefix("#/").split("/"):
        found = found.get(step, {}) if step and step != "#" else found
    return found
