"""Cursor pages: the part of a list after an object, in an order, of a length, as the API answers it."""

from collections.abc import Sequence
from typing import Any

from bot.playground.openai import check

QUERY: dict[str, check.Rule] = {
    "after": check.string(),
    "limit": check.integer(1, 100),
    "order": check.one_of("asc", "desc"),
}


def page(objects: Sequence[dict[str, Any]], query: dict[str, Any], order: str = "asc") -> dict[str, Any]:
    """A page of objects that are given oldest first; without `limit` it has 20."""
    found = list(objects)
    if query.get("order", order) == "desc":
        found.reverse()
    after = query.get("after")
    ids = [one["id"] for one in found]
    start = ids.index(after) + 1 if after in ids else 0
    limit = query.get("limit", 20)
    data = found[start : start + limit]
    return {
        "object": "list",
        "data": data,
        "first_id": data[0]["id"] if data else "",
        "last_id": data[-1]["id"] if data else "",
        "has_more": len(found) > start + limit,
    }
