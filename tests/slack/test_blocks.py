"""Whatever a module gives back, Slack takes it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ApiDown, Invalid, RequestRefused
from bot.module import Facts, File, Result, Table, Text
from bot.playground.slack.blocks import problems
from bot.slack.blocks import actions, button, error_blocks, error_text, files, footer, result_blocks

words = st.text(max_size=60)
wild = st.one_of(
    words,
    st.text(st.characters(exclude_categories=()), max_size=30),
    st.builds(lambda word, times: (word + " ") * times, words, st.integers(0, 600)),
)
texts = st.builds(Text, wild)
facts = st.builds(Facts, st.lists(st.tuples(wild, wild), max_size=14))
tables = st.integers(0, 25).flatmap(
    lambda columns: st.builds(
        Table,
        st.lists(words, min_size=columns, max_size=columns),
        st.builds(
            lambda rows, times: rows * times,
            st.lists(
                st.lists(st.one_of(words, st.integers(), st.floats()), min_size=columns, max_size=columns),
                max_size=4,
            ),
            st.sampled_from([1, 1, 60]),
        ),
        words,
    )
)
parts = st.one_of(texts, facts, tables, st.builds(File, words, st.binary(max_size=3)))
results = st.builds(
    Result,
    st.lists(parts, max_size=6),
    notes=st.lists(wild, max_size=14),
    model=st.none() | words,
    input_tokens=st.none() | st.integers(0, 10**7),
    output_tokens=st.none() | st.integers(0, 10**7),
)


@settings(max_examples=2500, deadline=None)
@given(results)
def test_every_message_of_a_result_is_one_that_slack_takes(result: Result) -> None:
    for message in result_blocks(result):
        assert problems(message, "message") == []
        assert message


@settings(max_examples=500, deadline=None)
@given(wild)
def test_every_error_is_one_that_slack_takes(text: str) -> None:
    error = RequestRefused(text, request_id="req_1")
    assert problems(error_blocks(error), "message") == []
    assert "<" not in error_text(error)


def test_text_facts_table_and_footer_stand_in_reading_order() -> None:
    result = Result(
        [
            Text("# Done"),
            Facts([("Status", "ok"), ("Link", "<https://x.test|y>")]),
            Table(["Model", "Days"], [["a", 3], ["b", 12]], "Models"),
            File("a.txt", b"a"),
        ],
        notes=["The edits endpoint is gone; this ran on a chat model."],
        model="gpt-5.4",
        input_tokens=1234,
        output_tokens=5,
    )
    [message] = result_blocks(result)
    assert [block["type"] for block in message] == ["markdown", "section", "section", "table", "context"]
    assert message[1]["fields"][1]["text"] == "*Link*\n&lt;https://x.test|y&gt;"
    assert message[3]["column_settings"] == [{"is_wrapped": True}, {"align": "right"}]
    assert [each["text"] for each in message[4]["elements"]] == [
        "The edits endpoint is gone; this ran on a chat model.\ngpt-5.4 · 1,234 tokens in, 5 out"
    ]
    assert [each.name for each in files(result)] == ["a.txt"]


def test_long_text_becomes_several_messages_and_none_of_it_is_lost() -> None:
    text = "\n\n".join(f"Paragraph {n} " + "x" * 180 for n in range(300))
    messages = result_blocks(Result([Text(text)]))
    assert len(messages) == 5
    joined = "\n\n".join(block["text"].strip() for message in messages for block in message)
    assert joined == text


def test_a_long_fact_is_kept_whole() -> None:
    [message] = result_blocks(Result([Facts([("Short", "1"), ("Body", "z" * 5000), ("Last", "2")])]))
    assert [block["type"] for block in message] == ["section", "markdown", "section"]
    assert message[1]["text"].count("z") == 5000


def test_a_long_table_goes_on_in_the_next_messages_and_says_what_is_left_out() -> None:
    rows = [[n, f"row {n}"] for n in range(400)]
    messages = result_blocks(Result([Table(["N", "Name"], rows)]))
    shown = [block for message in messages for block in message if block["type"] == "table"]
    assert [len(block["rows"]) for block in shown] == [100, 100, 100]
    assert shown[2]["rows"][-1][0]["text"] == "296"
    assert messages[-1][-1]["elements"][0]["text"] == "Shown: the first 297 of 400 rows."


def test_an_empty_result_is_no_message() -> None:
    assert result_blocks(Result([])) == []
    assert result_blocks(Result([File("a", b"")])) == []


def test_an_error_names_the_request() -> None:
    blocks = error_blocks(ApiDown(request_id="req_7"))
    assert "req_7" in str(blocks[1])
    assert error_text(Invalid("Use <1 to 5>")) == "⚠️ Use &lt;1 to 5>"


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (footer(None, None, None), "context"),
        (footer("m", None, 5, ["n"] * 30), "context"),
        (actions(button("Regenerate" * 20, "a", "v", style="primary"), button("B", "b")), "actions"),
    ],
)
def test_helpers_make_what_slack_takes(made: dict[str, Any], kind: str) -> None:
    assert made["type"] == kind
    assert problems([made], "message") == []
