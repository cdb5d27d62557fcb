"""The decoder against the rules of the event stream format: any split of the bytes gives the same events."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.openai.sse import Decoder


def decode(*chunks: Any, **caps: int) -> tuple[list[Any], Decoder]:
    decoder = Decoder(**caps)
    events = [(event.name, event.data) for chunk in chunks for event in decoder.feed(chunk)]
    decoder.finish()
    return events, decoder


def by_the_book(content: bytes) -> list[Any]:
    """The format's own algorithm, line by line, slow and plain."""
    lines = content.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    lines = lines.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:-1]
    events, name, data = [], None, []
    for line in lines:
        if line == "":
            if data and data[0].startswith("[DONE]"):
                return events
            if any(data):
                events.append((name, json.loads("\n".join(data))))
            name, data = None, []
        key, _, value = line.partition(":")
        if key == "data":
            data.append(value.removeprefix(" "))
        if key == "event":
            name = value.removeprefix(" ") or None
    return events


objects = st.dictionaries(st.text(max_size=4), st.text(max_size=12) | st.integers(0, 9), max_size=3)
ends = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def streams(draw: Any) -> bytes:
    end = draw(ends)
    lines = []
    for item in draw(st.lists(objects, max_size=5)):
        if draw(st.booleans()):
            lines.append(draw(st.sampled_from([": ping", "", "id: 7", "retry: 5", "event", ":"])))
        if draw(st.booleans()):
            lines.append(draw(st.sampled_from(["event: a", "event:b", "event: é"])))
        space = draw(st.sampled_from(["", " "]))
        text = json.dumps(item, ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from([None, 1])))
        lines += [f"data:{space}{line}" for line in text.split("\n")]
        lines += [""] * draw(st.integers(1, 2))
    lines += draw(st.sampled_from([[], ["data: [DONE]", "", 'data: {"late": 1}', ""], ["data: {cut"]]))
    start = draw(st.sampled_from(["", "\ufeff", "\n"]))
    return (start + end.join([*lines, ""])).encode()


@settings(max_examples=1500, deadline=None)
@given(streams(), st.data())
def test_any_split_of_the_bytes_gives_the_same_events(content: bytes, data: Any) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=8)))
    chunks = [content[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(content)], strict=True)]
    events, decoder = decode(*chunks)
    assert decoder.failure is None
    assert events == decode(content)[0] == by_the_book(content)
    assert events == decode(*(content[place : place + 1] for place in range(len(content))))[0]


@settings(max_examples=1000, deadline=None)
@given(
    st.lists(
        st.binary(max_size=30) | st.sampled_from([b"\n", b"\r", b"data:", b"[DONE]", b"{}"]), max_size=12
    )
)
def test_rubbish_of_any_kind_ends_in_a_failure_at_most(chunks: Any) -> None:
    whole, one = decode(b"".join(chunks))
    parts, many = decode(*chunks)
    assert whole == parts
    assert (one.failure is None) == (many.failure is None)
    assert one.done == many.done


def test_the_end_marker_ends_it() -> None:
    events, decoder = decode(b'data: {"a": 1}\n\ndata: [DONE]\n\ndata: {"b": 2}\n\n', b'data: {"c": 3}\n\n')
    assert events == [(None, {"a": 1})]
    assert decoder.done


@pytest.mark.parametrize("data", [b"{oops", b"[1]", b"1", b"null", b'"\xff"', b"[" * 100_000])
def test_what_is_no_object_is_a_failure_after_what_stood_before(data: Any) -> None:
    events, decoder = decode(b'data: {"a": 1}\n\ndata: ' + data + b'\n\ndata: {"b": 2}\n\n')
    assert events == [(None, {"a": 1})]
    assert decoder.failure is not None


def test_an_event_that_is_too_large_is_a_failure_and_is_not_kept() -> None:
    _, decoder = decode(b"data: ", *[b"x" * 10] * 20, event_cap=100)
    assert "larger than" in str(decoder.failure)
    assert decoder._held == []


def test_a_stream_that_is_too_long_is_a_failure() -> None:
    events, decoder = decode(*[b'data: {"a": 1}\n\n'] * 20, total_cap=160)
    assert len(events) == 10
    assert "longer than" in str(decoder.failure)


def test_a_large_event_in_many_reads_is_put_together_once() -> None:
    text = "x" * 3_000_000
    content = b'data: {"b64_json": "' + text.encode() + b'"}\n\n'
    chunks = [content[place : place + 1000] for place in range(0, len(content), 1000)]
    assert decode(*chunks)[0] == [(None, {"b64_json": text})]
