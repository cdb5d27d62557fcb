"""Training files: each wrong line is told with its number and how to put it right; right ones are counted."""

import json
from typing import Any

import pytest

from bot.errors import Invalid
from bot.jsonl import LEAST, MARK, TOLD, check, refuse, split, without_mark
from bot.playground.openai.jsonl import BadTrainingFile, read_examples

USER, ANSWER = {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ahoy!"}
GOOD = {"messages": [USER, ANSWER]}
PAIR = {
    "input": {"messages": [USER]},
    "preferred_output": [ANSWER],
    "non_preferred_output": [{"role": "assistant", "content": "Hello."}],
}
ASK = {"messages": [USER], "reference": "Ahoy!"}
PICTURE = {"type": "image_url", "image_url": {"url": "https://a.example/1.png"}}


def lines(*examples: Any) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in examples)


def told(line: Any, method: str = "supervised") -> str:
    """What is said of a line after a good one."""
    good = {"supervised": GOOD, "dpo": PAIR, "reinforcement": ASK}[method]
    raw = line if isinstance(line, bytes) else json.dumps(line).encode()
    found = check(lines(good) + raw + b"\n", method)
    assert (found.wrong, found.examples) == (1, 1)
    (problem,) = found.problems
    assert problem.startswith("Line 2: ")
    return problem


@pytest.mark.parametrize(("method", "example"), [("supervised", GOOD), ("dpo", PAIR), ("reinforcement", ASK)])
def test_right_examples_are_counted_with_their_tokens(method: str, example: Any) -> None:
    found = check(lines(*[example] * 12), method)
    assert (found.examples, found.wrong, found.problems) == (12, 0, [])
    assert found.tokens == pytest.approx(read_examples(lines(*[example] * 12), method).tokens, rel=0.3)
    refuse(found, "a.jsonl", "Training file", "training_data", least=LEAST)


def test_tokens_are_estimated_near_what_they_are() -> None:
    text = (
        "The quick brown fox jumps over the lazy dog, and then it sleeps all day long in the warm sun. " * 20
    )
    content = lines({"messages": [{"role": "user", "content": text}, ANSWER]})
    assert check(content, "supervised").tokens == pytest.approx(
        read_examples(content, "supervised").tokens, rel=0.2
    )


def test_everything_that_an_example_may_hold_is_right() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    example = {
        "messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "developer", "content": "Be short."},
            {"role": "user", "name": "ada", "content": [{"type": "text", "text": "See"}, *[PICTURE] * 10]},
            {"role": "assistant", "tool_calls": [call], "weight": 0},
            {"role": "tool", "tool_call_id": "1", "content": "42"},
            {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
            {**ANSWER, "weight": 1},
        ],
        "tools": [],
    }
    found = check(lines(example), "supervised")
    assert (found.wrong, found.examples) == (0, 1)
    assert found.told() == f"1 examples, about {found.tokens} tokens"


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b'{"messages": [{"role"', "not JSON at column"),
        (b'{"messages": []},', "take away the comma at its end"),
        (b"{'messages': []}", "JSON has double quotes"),
        (b"{", "the JSON goes on in the next lines"),
        (b'{"messages": "\xff"}', "not UTF-8 at byte 15; save the file as UTF-8"),
        ("text", "not a JSON object"),
        ([GOOD], "not a JSON object"),
        ({}, '"messages" is missing'),
        ({"messages": []}, '"messages" is missing'),
        ({"messages": {}}, '"messages" is missing'),
        ({"prompt": "Hi", "completion": "Ahoy"}, 'write {"messages"'),
        ({"messages": [ANSWER, USER]}, "last message has to be the assistant's"),
        ({"messages": [USER, "Ahoy"]}, "message 2 of messages is not an object"),
        (
            {"messages": [USER, {"role": "bot", "content": "Ahoy"}]},
            'has the role "bot"; it has to be one of system',
        ),
        ({"messages": [{"content": "Hi"}, ANSWER]}, "message 1 of messages has the role null"),
        ({"messages": [{"role": ["user"], "content": "Hi"}, ANSWER]}, 'the role ["user"]'),
        ({"messages": [USER, {"role": "assistant"}]}, '"content" of message 2 of messages has to be text'),
        ({"messages": [{"role": "user", "content": 5}, ANSWER]}, "has to be text"),
        ({"messages": [{"role": "user", "content": ["Hi"]}, ANSWER]}, 'parts that have a "type"'),
        ({"messages": [{"role": "user", "content": []}, ANSWER]}, 'parts that have a "type"'),
        ({"messages": [{**USER, "weight": 1}, ANSWER]}, '"weight" of message 1'),
        ({"messages": [USER, {**ANSWER, "weight": 0.5}]}, '"weight" of message 2'),
        ({"messages": [{"role": "user", "content": [PICTURE] * 11}, ANSWER]}, "it has 11 pictures"),
    ],
)
def test_a_wrong_line_is_told_with_what_to_do(line: Any, what: str) -> None:
    assert what in told(line)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (GOOD, '"input" is missing'),
        ({**PAIR, "input": {}}, '"input.messages" is missing'),
        ({**PAIR, "preferred_output": []}, '"preferred_output" is missing'),
        (
            {**PAIR, "non_preferred_output": [USER]},
            '"non_preferred_output" may hold messages of the assistant only',
        ),
    ],
)
def test_a_wrong_preference_is_told(line: Any, what: str) -> None:
    assert what in told(line, "dpo")


def test_a_reinforcement_example_ends_with_the_user() -> None:
    assert "last message has to be the user's" in told(GOOD, "reinforcement")


def test_a_json_array_is_told_at_its_first_line() -> None:
    found = check(json.dumps([GOOD], indent=1).encode(), "supervised")
    assert found.problems[0].endswith("write each example on a line of its own, as one JSON object.")
    assert "the file is a JSON array" in found.problems[0]


def test_lines_are_numbered_as_an_editor_does() -> None:
    content = MARK + b"\r\n" + lines(GOOD).replace(b"\n", b"\r\n") + b"\n  \n{}\n"
    found = check(content, "supervised")
    assert found.examples == 1
    assert found.problems[0].startswith("Line 5: ")
    assert without_mark(content)[:2] == b"\r\n"


def test_of_many_wrong_lines_the_first_are_told() -> None:
    found = check(lines(GOOD) + b"{}\n" * 1000, "supervised")
    assert (found.wrong, len(found.problems)) == (1000, TOLD)
    with pytest.raises(Invalid) as refused:
        refuse(found, "a.jsonl", "Training file", "training_data")
    text = str(refused.value)
    assert text.startswith(
        "Training file: nothing was uploaded, because “a.jsonl” has to be put right first.\nLine 2: "
    )
    assert text.endswith("… and 985 more lines.")
    assert refused.value.field == "training_data"


@pytest.mark.parametrize("count", [0, 9])
def test_too_few_examples_are_refused(count: int) -> None:
    with pytest.raises(Invalid, match=f"has {count} examples; at least 10"):
        refuse(check(lines(*[GOOD] * count), "supervised"), "a.jsonl", "Training file", "t", least=LEAST)


@pytest.mark.parametrize(("count", "percent", "kept"), [(100, 10, 10), (12, 1, 1), (30, 50, 15), (7, 33, 2)])
def test_a_split_keeps_a_share_spread_evenly_and_loses_nothing(count: int, percent: float, kept: int) -> None:
    examples = [{"messages": [{"role": "user", "content": str(n)}, ANSWER]} for n in range(count)]
    training, validation = split(lines(*examples), percent)
    assert len(validation.splitlines()) == kept
    assert sorted(training.splitlines() + validation.splitlines()) == sorted(lines(*examples).splitlines())
    assert check(training, "supervised").examples == count - kept
    if kept > 1:
        assert validation.splitlines()[-1] in lines(*examples[count // 2 :])


def test_what_is_refused_here_is_refused_by_the_api_and_the_other_way_round() -> None:
    cases = [GOOD, PAIR, ASK, {}, {"messages": [USER]}, {"messages": "x"}, {"input": {"messages": [USER]}}]
    for method in ("supervised", "dpo", "reinforcement"):
        for case in cases:
            try:
                read_examples(lines(case), method)
                right = True
            except BadTrainingFile:
                right = False
            assert (check(lines(case), method).wrong == 0) is right, (method, case)
