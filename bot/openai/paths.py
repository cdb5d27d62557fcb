"""Where a request may go: below the account's base URL and nowhere else; which headers a person may add.

Two fences: `custom` is for paths that a person typed and refuses all but plain segments; `address` is for
every request, builds the URL from constant parts and checks what came out.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote

import httpx

from bot.errors import Invalid

MOST_SEGMENTS = 8
SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@~-]{0,127}")
HEADERS = frozenset({"openai-beta", "accept", "idempotency-key", "x-client-request-id"})
LONGEST_HEADER = 512  # characters: what the API keeps of x-client-request-id
INNER = re.compile(r"[A-Za-z0-9._:@~%!$&'()*+,;=-]+(/[A-Za-z0-9._:@~%!$&'()*+,;=-]+)*")


def segment(text: str) -> str:
    """An ID as one segment of a path: a slash in it does not lead anywhere else.

    Raises Invalid for an empty ID and for dots, which mean a folder.
    """
    if not text.strip(".") or not text.isprintable():
        raise Invalid(f"“{text[:40]}” is not an ID.")
    return quote(text, safe=":")


def custom(text: str) -> str:
    """The path of a custom call, such as `models/gpt-6-luna`, without slash and `v1/` in front.

    Raises Invalid, naming what is wrong.
    """
    if not text.isascii() or any(not "!" <= character <= "~" for character in text):
        raise Invalid("A path has only plain letters, digits and signs, without spaces.", field="url")
    for sign in "%\\?#":
        if sign in text:
            hint = "put the query into its own field" if sign == "?" else "leave it out"
            raise Invalid(f"A path may not have `{sign}` in it: {hint}.", field="url")
    path = text.removeprefix("/").removeprefix("v1/")
    parts = path.split("/")
    if len(parts) > MOST_SEGMENTS:
        raise Invalid(f"A path has at most {MOST_SEGMENTS} parts between slashes.", field="url")
    if ":" in parts[0] or "@" in parts[0]:
        raise Invalid("Give a path such as `models/gpt-6-luna`, not a whole address.", field="url")
    for part in parts:
        if not SEGMENT.fullmatch(part) or ".." in part:
            raise Invalid(
                f"“{part[:40]}” cannot be a part of a path such as `models/gpt-6-luna`.", field="url"
            )
    return path


def headers(wanted: Mapping[str, str]) -> dict[str, str]:
    """The headers that a person may add to a custom call, in lower case. Raises Invalid for any other."""
    kept: dict[str, str] = {}
    for name, value in wanted.items():
        lower = name.lower()
        if lower not in HEADERS:
            allowed = ", ".join(sorted(HEADERS))
            raise Invalid(f"The header “{name[:40]}” cannot be set. These can: {allowed}.", field="headers")
        if not (value.isascii() and value.isprintable() and len(value) <= LONGEST_HEADER):
            raise Invalid(
                f"The value of the header “{lower}” must be at most {LONGEST_HEADER} plain characters.",
                field="headers",
            )
        kept[lower] = value
    return kept


def address(base_url: str, path: str) -> httpx.URL:
    """The URL of a path below a base URL. Raises Invalid when it would lie anywhere else."""
    try:
        base = httpx.URL(base_url.rstrip("/"))
    except httpx.InvalidURL:
        base = httpx.URL("")
    if base.scheme not in {"http", "https"} or not base.host or base.userinfo or base.query or base.fragment:
        raise Invalid("The base URL of this connection is not an address such as https://api.openai.com/v1.")
    path = path.removeprefix("/")
    dots = any(part.replace("%2e", ".").replace("%2E", ".") in {".", ".."} for part in path.split("/"))
    if dots or not INNER.fullmatch(path):
        raise Invalid(f"“{path[:80]}” is not a path of the API.")
    url = httpx.URL(f"{base}/{path}")
    same = (url.scheme, url.host, url.port, url.userinfo) == (base.scheme, base.host, base.port, b"")
    if not same or not url.raw_path.startswith(base.raw_path + b"/") or url.query or url.fragment:
        raise Invalid(f"“{path[:80]}” is not a path of the API.")
    return url
