"""Proves what is taken and what is refused, kind by kind: missing, right, at its limit, over it, wrong."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import fields as f
from bot.checking import check, listed
from bot.errors import Invalid
from bot.module import Context, File, Operation, Result, Values

MIB = 2**20


async def nothing(_: Context, __: Values) -> Result:
    return Result([])


def operation(*fields: f.Field) -> Operation:
    return Operation(name="try", title="Try", summary="x", fields=fields, call=nothing, example={})


def checked(kind: f.Field, value: Any) -> Any:
    return check(operation(kind), {kind.name: value}).get(kind.name)


def problems(kind: f.Field, value: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as wrong:
        checked(kind, value)
    return wrong.value.problems


TEXT = f.Text(name="it", title="It", low=2, high=5)
CODE = f.Text(name="it", title="It", pattern=r"[a-z]+", pattern_hint="only small letters.")
SECRET = f.Secret(name="it", title="It", low=4, high=8)
NUMBER = f.Number(name="it", title="It", low=-2, high=2)
WHOLE = f.Number(name="it", title="It", low=1, integer=True)
FREE = f.Number(name="it", title="It", integer=True)
FLAG = f.Flag(name="it", title="It")
CHOICE = f.Choice(name="it", title="It", options=("low", "High"))
MODEL = f.Model(name="it", title="It", kind="chat")
NAMED = f.Reference(name="it", title="It", of="connection")
SOMEBODY = f.Person(name="it", title="It")
FILE_ID = f.Reference(name="it", title="It", of="file")
FILES = f.Files(name="it", title="It", types=("png", "jpg"), most=2, bytes_each=MIB)
OBJECT = f.Json(name="it", title="It")
ARRAY = f.Json(name="it", title="It", shape="array")
ANY = f.Json(name="it", title="It", shape="any")
SEVERAL = f.Several(name="it", title="It", item=TEXT, low=1, high=3)
ITEMS = f.Items(
    name="it",
    title="It",
    low=1,
    high=3,
    fields=(
        f.Choice(name="role", title="Role", options=("user", "system"), default="user", required=True),
        f.Text(name="content", title="Content", required=True, high=5, words=True),
        f.Text(name="name", title="Name", pattern="[a-z]+", pattern_hint="only small letters."),
    ),
)
PICTURE = File("a.PNG", b"x" * MIB)
KINDS = (TEXT, SECRET, NUMBER, FLAG, CHOICE, MODEL, NAMED, FILES, OBJECT, SEVERAL, ITEMS)


@pytest.mark.parametrize(
    ("kind", "given_", "value"),
    [
        (TEXT, "ab", "ab"),
        (TEXT, "abcde", "abcde"),
        (CODE, "abc", "abc"),
        (SECRET, " abcd\n", "abcd"),
        (SECRET, "abcdefgh", "abcdefgh"),
        (NUMBER, "-2", -2),
        (NUMBER, "−2", -2),
        (NUMBER, " 0.5 ", 0.5),
        (NUMBER, ".5", 0.5),
        (NUMBER, 2, 2),
        (NUMBER, "1e-3", 0.001),
        (WHOLE, "1", 1),
        (WHOLE, "3.0", 3),
        (FREE, str(2**63 - 1), 2**63 - 1),
        (FLAG, True, True),
        (FLAG, "Yes", True),
        (FLAG, "off", False),
        (FLAG, False, False),
        (CHOICE, "HIGH", "High"),
        (MODEL, " ft:gpt-6-luna:acme::1 ", "ft:gpt-6-luna:acme::1"),
        (MODEL, "m" * 256, "m" * 256),
        (NAMED, "My account", "My account"),
        (SOMEBODY, " <@U0BEN|Ben B.> ", "U0BEN"),
        (SOMEBODY, "<@W012AB>", "W012AB"),
        (SOMEBODY, "U0BEN", "U0BEN"),
        (FILES, [PICTURE, PICTURE], [PICTURE, PICTURE]),
        (FILES, PICTURE, [PICTURE]),
        (OBJECT, '{"a": 1}', {"a": 1}),
        (OBJECT, {"a": 1}, {"a": 1}),
        (OBJECT, "{“a”: “b”}", {"a": "b"}),
        (ARRAY, "[1]", [1]),
        (ARRAY, [], []),
        (ANY, '"auto"', "auto"),
        (ANY, "auto", "auto"),
        (ANY, "0", 0),
        (SEVERAL, "one", ["one"]),
        (SEVERAL, ["aa", "", "bb", "cc"], ["aa", "bb", "cc"]),
        (ITEMS, "hello", [{"role": "user", "content": "hello"}]),
        (ITEMS, '[{"role": "System", "content": "hi", "name": "x"}]',
         [{"role": "system", "content": "hi", "name": "x"}]),
        (ITEMS, [{"content": "a"}, {"role": "user"}, {"content": "b"}],
         [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]),
    ],
)  # fmt: skip
def test_what_is_right_is_taken(kind: f.Field, given_: object, value: object) -> None:
    assert checked(kind, given_) == value


@pytest.mark.parametrize(
    ("kind", "given_", "part"),
    [
        (TEXT, "a", "at least 2 characters"),
        (TEXT, "abcdef", "6 characters are too many; at most 5"),
        (TEXT, 12, "has to be text"),
        (CODE, "ABC", "only small letters."),
        (SECRET, "abc", "between 4 and 8"),
        (SECRET, "abcdefghi", "between 4 and 8"),
        (SECRET, "ab cd", "no key has"),
        (SECRET, "äbcd", "no key has"),
        (SECRET, ["abcd"], "between 4 and 8"),
        (NUMBER, "-2.01", "-2.01 is not between -2 and 2"),
        (NUMBER, "2.01", "not between"),
        (NUMBER, "many", "“many” is not a number"),
        (NUMBER, "nan", "not a number"),
        (NUMBER, "1_0", "not a number"),
        (NUMBER, "٣", "not a number"),
        (NUMBER, True, "not a number"),
        (NUMBER, [1], "not a number"),
        (WHOLE, "0", "not at least 1"),
        (WHOLE, "1.5", "not a whole number"),
        (FREE, str(2**63), "too large"),
        (FREE, "9" * 5000, "not a number"),
        (f.Number(name="it", title="It"), "1e999", "too large"),
        (f.Number(name="it", title="It", high=3), "4", "not at most 3"),
        (FLAG, "maybe", "neither yes nor no"),
        (FLAG, [1], "neither yes nor no"),
        (CHOICE, "middle", "“middle” is none of low, High"),
        (CHOICE, {"a": 1}, "none of"),
        (MODEL, "two words", "no spaces"),
        (MODEL, "m" * 257, "at most 256"),
        (FILE_ID, "file ü", "no spaces"),
        (NAMED, "two\nlines", "one line"),
        (FILES, [PICTURE] * 3, "3 files are too many; at most 2"),
        (FILES, [File("a.gif", b"x")], "“a.gif” has the wrong type; allowed are png, jpg"),
        (FILES, [File("a.png", b"x" * (MIB + 1))], "larger than 1 MB"),
        (FILES, [File("a.png", b"")], "is empty"),
        (FILES, "a.png", "attach a file"),
        (OBJECT, "[1]", "JSON object"),
        (OBJECT, '{\n "a" 1}', "not JSON at line 2, column 6"),
        (OBJECT, "auto", "not JSON at line 1"),
        (ARRAY, "{}", "JSON array"),
        (ARRAY, 5, "JSON array"),
        (ANY, "two words", "not JSON"),
        (SEVERAL, ["aa"] * 4, "4 are given; between 1 and 3 are needed"),
        (SEVERAL, 5, "one text or several"),
        (SEVERAL, [5], "one text or several"),
        (ITEMS, [{"content": "a"}] * 4, "4 are given; between 1 and 3 are needed"),
        (ITEMS, "[1]", "list of groups"),
        (ITEMS, "[", "not JSON"),
        (ITEMS, {"content": "a"}, "JSON array"),
        (ITEMS, 5, "JSON array"),
    ],
)
def test_what_is_wrong_is_refused_under_the_fields_name(kind: f.Field, given_: object, part: str) -> None:
    found = problems(kind, given_)
    assert [*found] == ["it"]
    assert found["it"].startswith("It: ")
    assert part in found["it"]


def test_an_error_in_a_group_names_its_number_and_field() -> None:
    groups = [{"content": "fine"}, {"role": "user"}, {"content": "too long", "name": "X"}, {"name": "abc"}]
    found = problems(ITEMS, groups)
    assert found == {
        "it.3.content": "It 3, Content: 8 characters are too many; at most 5 are allowed.",
        "it.3.name": "It 3, Name: only small letters.",
        "it.4.content": "It 4: Content is missing.",
    }


def test_an_error_in_a_group_of_texts_names_its_number() -> None:
    assert problems(SEVERAL, ["ok", "", "x"]) == {"it.3": "It 3: at least 2 characters are needed."}


def test_a_group_has_no_other_fields() -> None:
    assert problems(ITEMS, [{"content": "a", "colour": "red"}]) == {
        "it.1.colour": "It 1: there is no field “colour”."
    }


@pytest.mark.parametrize("kind", KINDS, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("nothing_", [None, "", [], ()])
def test_what_was_not_set_is_left_out(kind: f.Field, nothing_: object) -> None:
    if not (isinstance(kind, f.Json) and nothing_ in ([], ())):  # which is a value there
        assert check(operation(kind), {"it": nothing_}) == {}
    assert check(operation(kind), {}) == {}


@pytest.mark.parametrize(
    ("kind", "blank"), [(SEVERAL, ["", ""]), (ITEMS, [{}, {"role": "user", "content": ""}, {"name": None}])]
)
def test_groups_in_which_nothing_was_typed_are_none(kind: f.Field, blank: object) -> None:
    assert check(operation(kind), {"it": blank}) == {}


@pytest.mark.parametrize(
    "kind",
    [
        f.Text(name="it", title="It", required=True),
        f.Secret(name="it", title="It", required=True),
        f.Number(name="it", title="It", required=True),
        f.Flag(name="it", title="It", required=True),
        f.Choice(name="it", title="It", options=("a",), required=True),
        f.Reference(name="it", title="It", of="job", required=True),
        f.Files(name="it", title="It", types=(), required=True),
        f.Json(name="it", title="It", required=True),
        f.Several(name="it", title="It", item=TEXT, required=True),
        f.Items(name="it", title="It", fields=ITEMS.fields, required=True),
    ],
    ids=lambda each: type(each).__name__,
)
def test_what_is_needed_and_missing_is_named(kind: f.Field) -> None:
    for blank in (None, "", "  "):
        assert problems(kind, blank) == {"it": "It is missing."}


def test_a_needed_model_is_chosen_later() -> None:
    assert check(operation(f.Model(name="it", title="It", kind="chat", required=True)), {}) == {}


def test_blanks_are_a_value_where_nothing_is_needed() -> None:
    assert checked(f.Text(name="it", title="It"), " \n") == " \n"


def test_zero_and_no_are_values() -> None:
    assert check(operation(NUMBER), {"it": 0}) == {"it": 0}
    assert check(operation(FLAG), {"it": False}) == {"it": False}


def test_every_problem_is_told_at_once() -> None:
    other = f.Number(name="other", title="Other", required=True)
    with pytest.raises(Invalid) as wrong:
        check(operation(TEXT, other), {"it": "a", "third": 1})
    assert {*wrong.value.problems} == {"it", "other", "third"}
    assert wrong.value.text.splitlines() == [*wrong.value.problems.values()]
    assert wrong.value.field == "third"


def test_no_secret_is_repeated() -> None:
    key = "sk-proj-abcdefghijkl"
    for kind in (SECRET, TEXT, CODE, NUMBER, WHOLE, FLAG, CHOICE, OBJECT, ANY, ARRAY, SEVERAL, ITEMS):
        assert "abcdef" not in str(problems(kind, key))
    for kind, given_ in (
        (ITEMS, [{"content": key, "role": key, "name": key}]),
        (FILES, [File(f"{key}.exe", b"x")]),
        (MODEL, f"{key} {key}"),
    ):
        assert "abcdef" not in str(problems(kind, given_))


def test_a_long_wrong_value_is_repeated_in_short() -> None:
    assert len(problems(CHOICE, "x" * 5000)["it"]) < 100


def test_groups_come_from_words_json_and_lists() -> None:
    assert listed(SEVERAL, "a") == ["a"]
    assert listed(ITEMS, "a [") == [{"content": "a ["}]
    assert listed(ITEMS, ' [{"name": "a"}]') == [{"name": "a"}]
    with pytest.raises(ValueError, match="not JSON"):
        listed(ITEMS, "[draft]")


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.sampled_from(KINDS), JUNK)
def test_anything_is_checked_or_refused(kind: f.Field, given_: object) -> None:
    try:
        check(operation(kind), {"it": given_})
    except Invalid as wrong:
        assert all(place.split(".")[0] == "it" for place in wrong.problems)  # noqa: PT017 - either end is right


def test_a_large_number_with_decimals_allowed_is_what_it_was_written_from() -> None:
    kind = f.Number(name="it", title="It")
    assert checked(kind, "76703460317197460") == 7.670346031719746e16
    assert isinstance(checked(kind, "3"), int)
