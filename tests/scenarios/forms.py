"""What people see and type in forms, for the stories about them."""

import io
from typing import Any

from PIL import Image

from bot.playground.person import Message, Person

Json = dict[str, Any]


async def form(person: Person, title: str, *, without: str | None = None) -> Json:
    """The form with this title, when it is on top (and no longer shows what it is to be without)."""
    view = await person.view(
        until=lambda each: (
            each["title"]["text"] == title and (without is None or without not in each["plain"])
        )
    )
    assert view is not None, (await person.view(0.1) or {}).get("plain")
    return view


async def form_with(person: Person, words: str) -> Json:
    """The top form, when it shows these words."""
    view = await person.view(until=lambda each: words in each["plain"])
    assert view is not None, (await person.view(0.1) or {}).get("plain")
    return view


async def form_that(person: Person, block: str) -> Json:
    """The top form, when it has this block."""
    view = await person.view(until=lambda each: block in blocks(each))
    assert view is not None, (await person.view(0.1) or {}).get("plain")
    return view


def blocks(view: Json) -> list[str]:
    return [each["block_id"] for each in view["blocks"]]


def value(view: Json, block: str) -> Any:
    """What stands in a block."""
    held = next(iter(view["state"]["values"][block].values()))
    return (held.get("selected_option") or {}).get("value") or held.get("value")


async def hears(person: Person, channel: str, words: str) -> Message:
    return await person.waits(lambda each: words in each.plain and not each.streaming, channel)


def png(size: int = 64, color: str = "green") -> bytes:
    image = io.BytesIO()
    Image.new("RGBA", (size, size), color).save(image, "PNG")
    return image.getvalue()
