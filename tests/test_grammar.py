"""Proves that commands are read as people and their clients type them."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import fields as f
from bot.checking import check
from bot.errors import Invalid
from bot.grammar import Request, parse, read
from bot.module import Context, Module, Operation, Result, Values
from bot.modules import ALL, find
from bot.modules.chat import CHAT
from bot.modules.connect import CONNECT
from bot.usage import example
from bot.words import joined, quoted, split


def parsed(text: str, module: Module | None = None) -> Request:
    request = parse(text, ALL, module)
    assert request is not None
    return request


def said(text: str) -> str:
    """What a chat command's words came to."""
    content: str = parsed(text).raw["messages"][0]["content"]
    return content


def refused(text: str) -> str:
    with pytest.raises(Invalid) as wrong:
        parse(text, ALL)
    return wrong.value.text


async def nothing(_: Context, __: Values) -> Result:
    return Result([])


def module_of(*fields: f.Field, **operations: tuple[f.Field, ...]) -> Module:
    """A module with an operation `first` of these fields, and more."""
    named = {"first": fields, **operations}
    made = [
        Operation(name=name, title=name.title(), summary="x", fields=asked, call=nothing, example={})
        for name, asked in named.items()
    ]
    return Module(name="try", title="Try", summary="x", operations=made)


@pytest.mark.parametrize("text", ["", "  \n ", "help", "HELP me", "--help", "—help"])
def test_a_command_that_names_no_module_asks_for_the_overview(text: str) -> None:
    assert parse(text, ALL) is None


@pytest.mark.parametrize("text", ["chat", "CHAT", "  chat  ", "chat create"])
def test_a_module_alone_opens_its_form(text: str) -> None:
    request = parsed(text)
    assert (request.module, request.operation, request.raw) == (CHAT, CHAT.operations[0], {})
    assert request.needs_form


def test_words_fill_the_first_text_field_and_flags_the_others() -> None:
    request = parsed("chat Why is the sky blue? --model gpt-6-luna --n=2 --reasoning_effort low")
    assert request.raw == {
        "messages": [{"content": "Why is the sky blue?"}],
        "model": "gpt-6-luna",
        "n": "2",
        "reasoning_effort": "low",
    }
    assert not request.needs_form


def test_words_are_kept_as_they_were_typed_around_the_flags() -> None:
    assert said('chat don\'t  say\n"hi" --n 2 to   them') == 'don\'t  say\n"hi" to   them'


@pytest.mark.parametrize(
    "text",
    ['"a b"', "'a b'", "“a b”", "”a b”", "„a b“", "„a b”", "«a b»", "‘a b’", '“a b"', '"a b”'],
)
def test_quotes_of_every_client_keep_words_together(text: str) -> None:
    assert said(f"chat {text}") == "a b"
    assert parsed(f"chat hi --prompt-cache-key {text}").raw["prompt_cache_key"] == "a b"
    assert parsed(f"chat hi --prompt-cache-key={text} --n 2").raw["prompt_cache_key"] == "a b"


@pytest.mark.parametrize(
    "text", ["don't", "it's the dogs' home", "rock 'n roll", '5" wide', "“open", "a = 'b"]
)
def test_apostrophes_and_single_quotes_are_signs_like_others(text: str) -> None:
    assert said(f"chat {text}") == text


@pytest.mark.parametrize("dash", ["--", "—", "–"])
def test_a_dash_that_a_client_made_of_two_hyphens_begins_a_flag(dash: str) -> None:
    assert parsed(f"chat hi {dash}n 2").raw["n"] == "2"
    assert parsed(f"chat hi {dash}help").help


def test_a_dash_in_a_text_stays_in_it() -> None:
    assert said("chat yes — no –and so on —or not - well") == "yes — no –and so on —or not - well"


def test_help_can_stand_anywhere() -> None:
    for text in ("--help chat", "chat --help", "chat words --nonsense 1 --help"):
        assert parsed(text).help
    assert parsed("connect list --help").operation.name == "list"
    assert not parsed('chat "--help"').help
    assert not parsed("chat -- --help").help


def test_after_two_hyphens_everything_is_text() -> None:
    request = parsed("chat --n 2 -- --model is what?")
    assert request.raw == {"n": "2", "messages": [{"content": "--model is what?"}]}
    assert said("chat — --n 2") == "--n 2"


def test_a_quoted_flag_is_text() -> None:
    assert said('chat "--n"') == "--n"


def test_the_command_can_name_the_module_itself() -> None:
    request = parsed("connect me with Paris", CHAT)
    assert (request.module, request.raw) == (CHAT, {"messages": [{"content": "connect me with Paris"}]})
    assert parsed("", CHAT).raw == {}


def test_an_operation_is_named_or_left_out() -> None:
    assert parsed("connect list").operation.name == "list"
    assert parsed("connect LIST").operation.name == "list"
    assert parsed("connect Main").operation.name == "add"
    assert parsed('connect "list"').raw == {"name": "list"}


def test_the_name_of_an_only_operation_can_begin_a_text() -> None:
    assert said("chat create a poem") == "create a poem"


@pytest.mark.parametrize("minus", ["-", "−", "–"])
def test_a_negative_number_is_a_value(minus: str) -> None:
    for form in (f"--presence-penalty {minus}1", f"--presence-penalty={minus}1"):
        request = parsed(f"chat hi {form} --n 2")
        assert check(CHAT.operations[0], request.raw)["presence_penalty"] == -1


def test_a_quoted_empty_text_is_a_value() -> None:
    request = parsed('chat hi --prompt-cache-key "" --n 2')
    assert request.raw["prompt_cache_key"] == ""
    assert request.raw["n"] == "2"
    assert said("chat “”") == ""


def test_a_yes_or_no_needs_no_value() -> None:
    assert parsed("chat --logprobs hi").raw == {"logprobs": "yes", "messages": [{"content": "hi"}]}
    assert parsed("chat --logprobs no hi").raw["logprobs"] == "no"
    assert parsed("chat hi --logprobs").raw["logprobs"] == "yes"


def test_a_flag_that_takes_several_values_collects_them() -> None:
    assert parsed("chat hi --stop END --stop “the end”").raw["stop"] == ["END", "the end"]


def test_words_of_a_field_with_several_values_join_its_flags() -> None:
    samples = f.Several(name="input", title="Input", item=f.Text(name="input", title="Input", words=True))
    asked = module_of(samples)
    request = parse("one two --input three", [asked], asked)
    assert request is not None
    assert request.raw == {"input": ["three", "one two"]}


def test_words_name_what_an_operation_needs_when_it_takes_no_text() -> None:
    assert parsed("connect check My account").raw == {"id": "My account"}


def test_a_connection_is_chosen_beside_the_fields() -> None:
    request = parsed('chat hi --connection "My account"')
    assert (request.connection, request.raw) == ("My account", {"messages": [{"content": "hi"}]})


def test_an_operation_that_needs_a_secret_or_a_file_needs_its_form() -> None:
    assert parsed("connect Main").needs_form
    assert not parsed("connect check Main").needs_form
    assert not parsed("connect list").needs_form
    asked = module_of(
        f.Files(name="file", title="File", required=True, types=("png",)), f.Text(name="a", title="A")
    )
    request = parse("--a b", [asked], asked)
    assert request is not None
    assert request.needs_form


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("chta hi", "no module “chta”. Did you mean chat?"),
        ("connect lst", "no operation “lst”. Did you mean list?"),
        ("connect list chek", "takes no words, but “chek” is there. Did you mean check?"),
        ("chat hi --temprature 1", "no --temprature in Chat. Did you mean --temperature?"),
        ("chat hi —temprature 1", "Did you mean --temperature?"),
        ("chat hi --zzz 1", "no --zzz in Chat."),
        ("chat hi --n", "--n needs a value after it."),
        ("chat hi --n --seed 3", "--n needs a value after it."),
        ("chat hi --n 2 --n 3", "--n is given twice; give it once."),
        ("chat hi --messages hello", "Messages is given twice: as words and with --messages."),
    ],
)
def test_what_is_wrong_is_named_with_the_nearest_right_word(text: str, part: str) -> None:
    assert part in refused(text)


def test_a_refusal_shows_a_right_example() -> None:
    shown = refused("chat hi --n").partition("For example: `/openai ")[2].removesuffix("`")
    assert check(CHAT.operations[0], parsed(shown).raw) == CHAT.operations[0].example


@pytest.mark.parametrize(
    "text",
    [
        "connect Main --key sk-proj-1234567",
        "connect Main --key=sk-proj-1234567",
        "connect Main sk-proj-1234567",
        "connect sk-proj-1234567 --api-key x",
        "sk-proj-1234567",
        "connect list sk-proj-1234567",
        "chat hi --sk-proj-1234567",
    ],
)
def test_a_secret_is_refused_in_a_command_and_not_repeated(text: str) -> None:
    assert "1234567" not in refused(text)


def test_split_words_are_read_as_a_text_is() -> None:
    request = read(["chat", "two words", "--n", "2"], ALL)
    assert request is not None
    assert request.raw == {"messages": [{"content": "two words"}], "n": "2"}


@pytest.mark.parametrize("module", ALL, ids=lambda each: each.name)
def test_every_worked_example_is_read_back_into_the_same_values(module: Module) -> None:
    for operation in module.operations:
        request = parsed(example(module, operation))
        unsaid = {each.name for each in operation.fields if isinstance(each, f.Secret | f.Files)}
        expected = {name: value for name, value in operation.example.items() if name not in unsaid}
        assert (request.module, request.operation) == (module, operation)
        given_ = {**{name: operation.example[name] for name in unsaid & {*operation.example}}, **request.raw}
        checked = check(operation, given_)
        assert {name: value for name, value in checked.items() if name not in unsaid} == expected


ODD = st.text(st.sampled_from("ab-—–=\"'“”„«»‘’ \n{}[],:n1−"), max_size=40)
LIKELY = st.lists(
    st.sampled_from(
        [
            "chat",
            "connect",
            "list",
            "add",
            "--help",
            "--n",
            "--stop",
            "--model=x",
            "—n",
            "2",
            "--",
            '"',
            "hi",
            "--key",
        ]
    )
    | ODD
).map(" ".join)


@given(st.text() | ODD | LIKELY)
def test_any_text_is_a_request_the_overview_or_refused(text: str) -> None:
    for module in (None, CHAT, CONNECT):
        with suppress(Invalid):
            request = parse(text, ALL, module)
            assert request is None or request.operation in request.module.operations


@given(st.text() | ODD)
def test_splitting_loses_nothing(text: str) -> None:
    words = split(text)
    assert "".join(each.space + each.typed for each in words).rstrip() == text.rstrip()
    if len(words) != 1:
        assert joined(words) == text.strip()


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(
        lambda text: not {*text} & {*"\"'“”„«»‘’"}
    )
)
def test_a_quoted_text_is_one_word(text: str) -> None:
    assert [each.text for each in split(quoted(text))] == [text]


MESSAGE = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["user", "system"]),
        "content": st.text("ab c\n-—“'", min_size=1).filter(str.strip),
    }
)
VALUES = st.fixed_dictionaries(
    {"messages": st.lists(MESSAGE, min_size=1, max_size=3)},
    optional={
        "model": st.just("gpt-6-luna"),
        "n": st.integers(1, 128),
        "temperature": st.floats(0, 2),
        "logprobs": st.booleans(),
        "logit_bias": st.dictionaries(st.text("12", min_size=1), st.integers(-9, 9)),
        "stop": st.lists(st.text("ab -", min_size=1), min_size=1, max_size=4),
    },
)


@given(VALUES)
def test_an_example_is_read_back_whatever_its_values_are(values: dict[str, Any]) -> None:
    usual = CHAT.operations[0]
    operation = Operation(
        name="create", title="Chat", summary="x", fields=usual.fields, call=nothing, example=values
    )
    module = Module(name="chat", title="Chat", summary="x", operations=[operation])
    request = parse(example(module, operation), [module])
    assert request is not None
    assert check(operation, request.raw) == values


def test_modules_are_found_by_their_names() -> None:
    assert find("chat") is CHAT
    assert find("nothing") is None
