"""What the stand-in answers, and how its tokens are counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.openai import rewriting, tokens
from bot.playground.openai.text import answer
from bot.playground.openai.turns import Turn


def asked(text: str, *before: Turn) -> str:
    return answer([*before, Turn("user", text)])


@given(st.text())
def test_the_tokens_of_a_text_joined_are_the_text(text: str) -> None:
    assert "".join(tokens.split(text)) == text


@given(st.lists(st.tuples(st.sampled_from(["system", "user", "assistant", "tool"]), st.text()), max_size=5))
def test_every_conversation_has_an_answer(said: list[tuple[str, str]]) -> None:
    turns = [Turn(role, text) for role, text in said]
    assert answer(turns) == answer(turns)


def test_tokens_are_about_three_quarters_of_a_word() -> None:
    text = asked("Write 1000 words about the history of printing")
    assert 1.1 < tokens.count(text) / len(text.split()) < 1.5


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("My name is Ada and I like tea.", "What is my name?", "Your name is Ada."),
        ("Call me Ben", "Who am I?", "Your name is Ben."),
        ("My favourite colour is dark green.", "what's my favourite colour", "dark green"),
        ("The sky is blue", "What did I say?", "The sky is blue"),
        ("one two three", "How many words was that?", "3 words"),
        ("Hello", "How many messages have I sent?", "2 messages"),
        ("My name is Ada", "Tell me about rivers", "Hello Ada!"),
        ("Tell me about rivers", "And lakes?", "Earlier you wrote about rivers"),
    ],
)
def test_what_was_said_before_is_remembered(before: str, question: str, expected: str) -> None:
    assert expected in asked(question, Turn("user", before), Turn("assistant", "All right."))


def test_a_summary_keeps_the_facts() -> None:
    said = [Turn("user", "My name is Ada. Tell me about rivers"), Turn("assistant", "Rivers flow.")]
    summary = asked("Summarize the conversation so far.", *said)
    assert "rivers" in summary
    assert asked("What is my name?", Turn("system", f"Before: {summary}")) == "Your name is Ada."


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("My name is Ada.", "Nice to meet you, Ada! I will remember that your name is Ada."),
        ("What is 12 * 12?", "12 * 12 = 144"),
        ("Fix the spelling: I recieve teh letter", "I receive the letter"),
        ("Instruction: Fix the spelling mistakes.\n\nInput:\nWhat day of the wek is it?", "the week"),
        ("Make this upper case: hello there", "HELLO THERE"),
        ("Translate to French: good morning, my friend", "bon matin, mon ami"),
        ("Make a title for a talk about black holes", "Talk Black Holes"),
        ("Show a table of planets", "| --- |"),
        ("List the steps of baking", "**Point 1**"),
        ('Say exactly "pong"', "pong"),
        ("Write a SQL query for orders", "```sql"),
    ],
)
def test_an_order_is_carried_out(question: str, expected: str) -> None:
    assert expected in asked(question)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("Begin every answer with Ahoy!", "Ahoy!"),
        ("Always answer in upper case.", "RIVERS"),
        ("You always answer in German.", "ist"),
    ],
)
def test_the_system_prompt_is_obeyed(order: str, expected: str) -> None:
    assert expected in asked("Tell me about rivers", Turn("system", order))


def test_an_unknown_order_changes_nothing() -> None:
    assert rewriting.rewrite("Sing it", "la la") is None
