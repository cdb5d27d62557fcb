"""The two fences around where a request may go: nothing leaves the account's origin or its base path."""

import re
from typing import Any

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.errors import Invalid
from bot.openai.paths import address, custom, headers, segment

BASE = "https://api.openai.com/v1"
PIECES = st.sampled_from(
    [
        *(
            "/",
            "//",
            ".",
            "..",
            "%2e",
            "%2f",
            "\\",
            "?",
            "#",
            "@",
            ":",
            "v1",
            "models",
            "http:",
            "https://",
            "\r\n",
        ),
        *(
            "evil.example",
            "127.0.0.1",
            "[::1]",
            "ft:gpt-4o-mini:org::AbC1",
            "é",
            "\u2025",
            "\uff0f",
            " ",
            "\x00",
        ),
    ]
)
PATHS = st.lists(PIECES | st.text(max_size=6), max_size=8).map("".join)


@pytest.mark.timeout(600)  # 20,000 cases, on a machine that may have other work
@settings(max_examples=20_000, deadline=None)
@given(PATHS)
@example("models/ft:gpt-4o-mini:org::AbC1")
@example("v1//evil.example")
@example("/v1/@evil.example/x")
def test_no_path_of_a_person_leaves_the_api(path: str) -> None:
    try:
        url = address(BASE, custom(path))
    except Invalid:
        return
    assert (url.scheme, url.host, url.port, url.userinfo) == ("https", "api.openai.com", None, b"")
    assert url.raw_path.startswith(b"/v1/")
    assert b"%" not in url.raw_path
    assert b".." not in url.raw_path
    assert httpx.URL(str(url)) == url


@settings(max_examples=2_000, deadline=None)
@given(PATHS)
def test_no_path_of_our_own_leaves_the_api_either(path: str) -> None:
    try:
        url = address("http://127.0.0.1:8080/base/v1/", path)
    except Invalid:
        return
    assert str(url).startswith("http://127.0.0.1:8080/base/v1/")
    assert not re.search(r"/\.{1,2}(/|$)", str(url))


@settings(max_examples=1_000, deadline=None)
@given(st.text(min_size=1, max_size=20))
def test_an_id_is_one_segment_or_refused(text: str) -> None:
    try:
        url = address(BASE, f"models/{segment(text)}")
    except Invalid:
        return
    assert url.raw_path.count(b"/") == 3


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("models", "models"),
        ("/v1/models/gpt-6-luna", "models/gpt-6-luna"),
        ("v1/files/file-1/content", "files/file-1/content"),
        ("models/ft:gpt-4o-mini:org::AbC1", "models/ft:gpt-4o-mini:org::AbC1"),
    ],
)
def test_ordinary_paths_pass(path: str, kept: str) -> None:
    assert custom(path) == kept


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "a//b", "a/./b", "a/../b", "a/..b", "a%2fb", "a\\b", "a?b", "a#b", "a b", "é", "a/" * 9),
        *("https://x", "user@host/x", "a/" + "b" * 129, "models/", ".hidden"),
    ],
)
def test_everything_else_is_refused(path: str) -> None:
    with pytest.raises(Invalid):
        custom(path)


def test_a_query_in_the_path_is_sent_to_its_field() -> None:
    with pytest.raises(Invalid, match="own field"):
        custom("files?limit=2")


def test_an_id_keeps_its_colons_and_hides_its_slashes() -> None:
    assert segment("ft:gpt-4o-mini:acme:s/x:1") == "ft:gpt-4o-mini:acme:s%2Fx:1"
    for nothing in ("", ".", "..", "a\nb"):
        with pytest.raises(Invalid):
            segment(nothing)


@settings(max_examples=2_000, deadline=None)
@given(
    st.dictionaries(st.text(max_size=15) | st.sampled_from(["Accept", "OpenAI-Beta"]), st.text(max_size=10))
)
def test_only_listed_headers_with_plain_values_pass(wanted: Any) -> None:
    try:
        kept = headers(wanted)
    except Invalid:
        return
    assert set(kept) <= {"openai-beta", "accept", "idempotency-key", "x-client-request-id"}
    assert all(value.isascii() and value.isprintable() for value in kept.values())
