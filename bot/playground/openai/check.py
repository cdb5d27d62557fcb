"""Checks of request parameters, answered with the API's own texts, codes and `param`.

A rule is called with the parameter's full name ("messages[0].role") and its value, and raises ApiError.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from bot.playground.openai.errors import invalid

Rule = Callable[[str, Any], None]


KINDS = {bool: "a boolean", int: "an integer", float: "a decimal", str: "a string", list: "an array"}


def wrong_type(name: str, expected: str, value: object) -> Exception:
    """The 400 for a value of the wrong type."""
    got = "null" if value is None else f"{KINDS.get(type(value), 'an object')} instead"
    return invalid(f"Invalid type for '{name}': expected {expected}, but got {got}.", name, "invalid_type")


def fields(
    data: Mapping[str, Any], rules: Mapping[str, Rule], required: Collection[str] = (), at: str = ""
) -> None:
    """Check an object: nothing unknown, nothing required missing, and each value by its rule.

    An optional parameter may be null, which is the same as leaving it out. `at` is the prefix of names.
    """
    for name in data:
        if name not in rules:
            raise invalid(f"Unknown parameter: '{at}{name}'.", at + name, "unknown_parameter")
    for name in required:
        if data.get(name) is None:
            raise missing(at + name)
    for name, value in data.items():
        if value is not None:
            rules[name](at + name, value)


def missing(name: str) -> Exception:
    """The 400 for a required parameter that is not there."""
    return invalid(f"Missing required parameter: '{name}'.", name, "missing_required_parameter")


def anything(_name: str, _value: Any) -> None:
    """Any value at all."""


def boolean(name: str, value: Any) -> None:
    """True or false."""
    if not isinstance(value, bool):
        raise wrong_type(name, "a boolean", value)


def string(minimum: int = 0, maximum: int | None = None, pattern: str | None = None) -> Rule:
    """A text of so many characters that matches the pattern."""

    def rule(name: str, value: Any) -> None:
        if not isinstance(value, str):
            raise wrong_type(name, "a string", value)
        _length("string", name, len(value), minimum, maximum)
        if pattern and not re.fullmatch(pattern, value):
            text = f"Expected a string that matches the pattern '^{pattern}$'."
            raise invalid(f"Invalid '{name}': string does not match pattern. {text}", name)

    return rule


def _length(what: str, name: str, size: int, minimum: int, maximum: int | None) -> None:
    article = "a" if what == "string" else "an"
    got = f"{article} {what} with length {size}" if size else f"an empty {what}"
    if size < minimum:
        text = f"Expected {article} {what} with minimum length {minimum}, but got {got} instead."
        code = f"{what}_below_min_length" if size else f"empty_{what}"
        raise invalid(f"Invalid '{name}': {what} too short. {text}", name, code)
    if maximum is not None and size > maximum:
        text = f"Expected {article} {what} with maximum length {maximum}, but got {got} instead."
        raise invalid(f"Invalid '{name}': {what} too long. {text}", name, f"{what}_above_max_length")


def integer(minimum: int | None = None, maximum: int | None = None) -> Rule:
    """A whole number within bounds."""

    def rule(name: str, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong_type(name, "an integer", value)
        _bounds("integer", name, value, minimum, maximum)

    return rule


def number(minimum: float | None = None, maximum: float | None = None) -> Rule:
    """A number within bounds."""

    def rule(name: str, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong_type(name, "a decimal", value)
        _bounds("decimal", name, value, minimum, maximum)

    return rule


def _bounds(what: str, name: str, value: float, minimum: float | None, maximum: float | None) -> None:
    for bound, wrong, sign, side in (
        (minimum, minimum is not None and value < minimum, ">=", "below minimum"),
        (maximum, maximum is not None and value > maximum, "<=", "above maximum"),
    ):
        if wrong:
            text = f"{what} {side} value. Expected a value {sign} {bound}, but got {value} instead."
            code = f"{what}_{'below_min' if sign == '>=' else 'above_max'}_value"
            raise invalid(f"Invalid '{name}': {text}", name, code)


def listing(values: Collection[str]) -> str:
    """'a', 'b', and 'c'."""
    quoted = [f"'{value}'" for value in values]
    if len(quoted) < 3:
        return " and ".join(quoted)
    return f"{', '.join(quoted[:-1])}, and {quoted[-1]}"


def one_of(*values: str) -> Rule:
    """One of these texts."""

    def rule(name: str, value: Any) -> None:
        if not isinstance(value, str):
            raise wrong_type(name, f"one of {listing(values)}", value)
        if value not in values:
            raise invalid(f"Invalid value: '{value}'. Supported values are: {listing(values)}.", name)

    return rule


def array(item: Rule, minimum: int = 0, maximum: int | None = None) -> Rule:
    """A list of so many items, each by its rule."""

    def rule(name: str, value: Any) -> None:
        if not isinstance(value, list):
            raise wrong_type(name, "an array", value)
        _length("array", name, len(value), minimum, maximum)
        for index, one in enumerate(value):
            item(f"{name}[{index}]", one)

    return rule


def record(rules: Mapping[str, Rule], required: Collection[str] = ()) -> Rule:
    """An object with these members."""

    def rule(name: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise wrong_type(name, "an object", value)
        fields(value, rules, required, f"{name}.")

    return rule


def mapping(name: str, value: Any) -> None:
    """An object with any members."""
    if not isinstance(value, dict):
        raise wrong_type(name, "an object", value)


def metadata(name: str, value: Any) -> None:
    """At most 16 pairs, keys of 64 characters, values of 512."""
    mapping(name, value)
    if len(value) > 16:
        text = (
            f"Expected an object with at most 16 properties, but got an object with {len(value)} properties"
        )
        code = "object_above_max_properties"
        raise invalid(f"Invalid '{name}': too many properties. {text} instead.", name, code)
    for key, one in value.items():
        string(1, 64)(f"{name} key", key)
        string(0, 512)(f"{name}.{key}", one)


def either(text: Rule, many: Rule, expected: str) -> Rule:
    """A text or a list, by the rule for what it is."""

    def rule(name: str, value: Any) -> None:
        if isinstance(value, str):
            text(name, value)
        elif isinstance(value, list):
            many(name, value)
        else:
            raise wrong_type(name, expected, value)

    return rule
