"""Proves that forms fit into Slack's limits, lose nothing, and give back what stands in them."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import fields as f
from bot.checking import check
from bot.errors import Invalid
from bot.module import Context, Module, Operation, Result, Values
from bot.modules import ALL
from bot.modules.chat import CHAT
from bot.modules.connect import CONNECT
from bot.playground.slack.blocks import view_problems
from bot.playground.slack.elements import initial, places
from bot.slack import forms
from bot.slack.forms import Form

Json = dict[str, Any]
OPERATIONS = [(module, operation) for module in ALL for operation in module.operations]
NAMES = [f"{module.name}-{operation.name}" for module, operation in OPERATIONS]
CREATE = CHAT.operations[0]
MESSAGES = next(each for each in CREATE.fields if isinstance(each, f.Items))
STOP = next(each for each in CREATE.fields if isinstance(each, f.Several))


def state_of(view: Json) -> dict[str, Json]:
    """What Slack holds for a view in which nothing was touched."""
    state: dict[str, Json] = {}
    for place in places(view["blocks"]):
        if (first := initial(place.element)) is not None:
            state.setdefault(place.key[0], {})[place.key[1]] = first
    return state


def drawn(
    module: Module, operation: Operation, values: Values, form: Form | None = None, **more: Any
) -> tuple[Form, Json]:
    form = forms.filled(form or Form(module.name, operation.name), operation, values)
    return form, forms.view(form, module, operation, values, **more)


def chat(values: Values, form: Form | None = None, **more: Any) -> tuple[Form, Json]:
    return drawn(CHAT, CREATE, values, form, **more)


def said(count: int, text: str = "Hello", **more: str) -> list[Json]:
    return [{"role": "user", "content": f"{text} {at}", **more} for at in range(count)]


def inputs(view: Json) -> dict[str, Json]:
    return {each["block_id"]: each for each in view["blocks"] if each["type"] == "input"}


async def nothing(_: Context, __: Values) -> Result:
    return Result([])


def alone(*fields: f.Field) -> tuple[Module, Operation]:
    operation = Operation(name="try", title="Try", summary="x", fields=fields, call=nothing, example={})
    return Module(name="try", title="Try", summary="x", operations=[operation]), operation


# --- Slack's limits ---


@pytest.mark.parametrize(("module", "operation"), OPERATIONS, ids=NAMES)
@pytest.mark.parametrize("advanced", [False, True])
def test_every_form_is_one_that_slack_takes(module: Module, operation: Operation, advanced: Any) -> None:
    for values in ({}, operation.example):
        form, view = drawn(
            module, operation, values, Form(module.name, operation.name, "C1", "1.2", advanced)
        )
        assert view_problems(view) == []
        assert forms.Form.unpacked(view["private_metadata"]) == form


@pytest.mark.parametrize(("module", "operation"), OPERATIONS, ids=NAMES)
def test_every_form_has_room_for_all_that_its_fields_allow(module: Module, operation: Operation) -> None:
    form = Form(module.name, operation.name, "C0123456789", "1790000000.123456", advanced=True)
    connections = [(f"con{at}", "Name " * 20) for at in range(250)]
    for each in operation.fields:
        if isinstance(each, f.Items | f.Several):
            for _ in range(1, each.high):
                form = form.with_row(each)
            assert len(form.shown(each)) == each.high
    view = forms.view(form, module, operation, {}, connections=connections, problem="No. " * 2000)
    assert view_problems(view) == []


@pytest.mark.parametrize("advanced", [False, True])
@pytest.mark.parametrize("count", range(1, 21))
def test_a_chat_of_any_length_fits(count: int, advanced: Any) -> None:
    values = {"messages": said(count, name="me")}
    form, view = chat(values, Form("chat", "create", advanced=advanced), connections=[("c1", "Main")])
    assert view_problems(view) == []
    assert forms.typed(CREATE, form, state_of(view)) == values


@pytest.mark.parametrize(("module", "operation"), OPERATIONS, ids=NAMES)
def test_no_title_is_cut(module: Module, operation: Operation) -> None:
    _, view = drawn(module, operation, {})
    assert view["title"]["text"] == operation.title


def test_what_does_not_fit_is_refused_and_not_cut() -> None:
    with pytest.raises(Invalid, match="too much for one form"):
        chat({"messages": said(20, "x" * 20_000)})


# --- round trip ---


def value_of(kind: f.Field) -> st.SearchStrategy[Any]:  # noqa: C901, PLR0911 - one line a kind of field
    """Right values of a field, as far as a form can be filled with them."""
    match kind:
        case f.Text():
            if kind.pattern:
                return st.from_regex(kind.pattern, fullmatch=True).filter(
                    lambda text: bool(text.strip()) and len(text) <= kind.high
                )
            text = st.text(max_size=min(kind.high, 60), min_size=max(kind.low, 1))
            return (text | st.integers(1, 3).map(lambda n: "word " * 600 * n)).filter(
                lambda each: bool(each.strip()) and len(each) <= kind.high
            )
        case f.Number():
            if kind.integer:
                low, high = (
                    (-(2**62) if kind.low is None else kind.low),
                    (2**62 if kind.high is None else kind.high),
                )
                return st.integers(int(low), int(high))
            return st.decimals(kind.low, kind.high, places=6, allow_nan=False, allow_infinity=False).map(
                float
            )
        case f.Flag():
            return st.booleans()
        case f.Choice():
            return st.sampled_from(list(kind.options))
        case f.Model() | f.Reference():
            return st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=150)
        case f.Person():
            return st.from_regex(r"U[A-Z0-9]{8}", fullmatch=True)
        case f.Json():
            inner = st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=9)
            value: st.SearchStrategy[Any] = st.dictionaries(st.text(max_size=9), inner)
            return st.lists(value) if kind.shape == "array" else value
        case f.Several():
            return st.lists(value_of(kind.item), min_size=kind.low, max_size=min(kind.high, 4))
        case f.Items():
            each = st.fixed_dictionaries(
                {one.name: value_of(one) for one in kind.fields if one.required},
                optional={one.name: value_of(one) for one in kind.fields if not one.required},
            )
            return st.lists(each, min_size=kind.low, max_size=min(kind.high, 4))
        case f.Secret() | f.Files():
            raise AssertionError("a form is never filled with these")


def values_of(operation: Operation) -> st.SearchStrategy[dict[str, Any]]:
    fields = [each for each in operation.fields if not isinstance(each, f.Secret | f.Files)]
    return st.fixed_dictionaries({}, optional={each.name: value_of(each) for each in fields})


def known(operation: Operation, values: Values) -> dict[str, Any]:
    """Checked values, as far as there are any; a form may be sent to find out what is missing."""
    optional = [each for each in operation.fields if each.name in values]
    asked = Operation(name="x", title="x", summary="x", fields=optional, call=nothing, example={})
    return check(asked, values)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_form_gives_back_what_it_was_filled_with(name: str, data: st.DataObject) -> None:
    module, operation = OPERATIONS[NAMES.index(name)]
    values = data.draw(values_of(operation))
    form, view = drawn(module, operation, values)
    assert view_problems(view) == []
    back = forms.typed(operation, Form.unpacked(form.packed()), state_of(view))
    assert known(operation, {name: back[name] for name in values if name in back}) == known(operation, values)
    # A role is chosen at first, and so is what a field has where nobody says otherwise.
    usual = {each.name for each in operation.fields if getattr(each, "default", None) is not None}
    usual = {"messages", *usual} - {*values}
    assert {*back} - usual == {*values}


@pytest.mark.parametrize("length", [2999, 3000, 3001, 6000, 9001, 100_000])
def test_a_long_text_stands_in_as_many_inputs_as_it_needs(length: int) -> None:
    text = "".join(str(at % 10) for at in range(length))
    form, view = chat({"messages": [{"role": "user", "content": text}]})
    assert view_problems(view) == []
    parts = [each for each in inputs(view) if each.startswith("messages.0.content")]
    assert len(parts) == -(-length // 3000)
    assert forms.typed(CREATE, form, state_of(view))["messages"][0]["content"] == text


def test_a_part_of_a_long_text_that_was_shortened_is_not_lost_when_the_form_changes() -> None:
    form, view = chat({"messages": [{"content": "x" * 3500}]})
    state = state_of(view)
    state["messages.0.content"]["value"]["value"] = "short "
    values = forms.typed(CREATE, form, state)
    form, view = chat(values, form.with_row(MESSAGES))
    assert "messages.0.content~1" in inputs(view)  # else Slack would drop what stands there
    assert (
        forms.typed(CREATE, form, {**state_of(view), **state})["messages"][0]["content"]
        == "short " + "x" * 500
    )


def test_a_text_that_is_too_long_is_shown_whole() -> None:
    module, operation = alone(f.Text(name="it", title="It", high=5))
    form, view = drawn(module, operation, {"it": "123456789"})
    assert view_problems(view) == []
    assert forms.typed(operation, form, state_of(view)) == {"it": "123456789"}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (f.Number(name="it", title="It", low=0, high=1), "3"),
        (f.Number(name="it", title="It"), "many"),
        (f.Number(name="it", title="It"), 1e-300),
        (f.Flag(name="it", title="It"), "maybe"),
        (f.Flag(name="it", title="It"), ["yes"]),
        (f.Choice(name="it", title="It", options=("a", "b")), "c"),
        (f.Model(name="it", title="It", kind="chat"), "two words"),
        (f.Model(name="it", title="It", kind="chat"), "m" * 151),
    ],
)
def test_a_value_that_fits_in_no_input_stands_beside_it(kind: f.Field, value: object) -> None:
    module, operation = alone(kind)
    _, view = drawn(module, operation, {"it": value})
    assert view_problems(view) == []
    assert str(value)[:20] in inputs(view)["it"]["element"]["placeholder"]["text"]


def test_defaults_are_chosen_at_first() -> None:
    module, operation = alone(
        f.Text(name="a", title="A", default="x"),
        f.Number(name="b", title="B", default=0.0000001),
        f.Flag(name="c", title="C", default=False),
        f.Choice(name="d", title="D", options=("one", "two"), default="two"),
    )
    form, view = drawn(module, operation, {})
    assert view_problems(view) == []
    typed = {"a": "x", "b": "0.0000001", "c": "no", "d": "two"}
    assert forms.typed(operation, form, state_of(view)) == typed


def test_a_command_fills_a_form_too() -> None:
    for raw in ("Hello", '[{"content": "Hello"}]', [{"content": "Hello"}]):
        form, view = chat({"messages": raw, "stop": "END", "logprobs": "on", "n": "2"})
        back = check(CREATE, forms.typed(CREATE, form, state_of(view)))
        assert back == {
            "messages": [{"role": "user", "content": "Hello"}],
            "stop": ["END"],
            "logprobs": True,
            "n": 2,
        }


def test_no_secret_is_ever_filled_in() -> None:
    _, view = drawn(CONNECT, CONNECT.operations[0], {"key": "sk-proj-1234567", "name": "Main"})
    assert "1234567" not in str(view)


# --- groups ---


def test_groups_are_numbered_and_only_the_first_is_needed() -> None:
    _, view = chat({"messages": said(2)})
    shown = inputs(view)
    assert [shown[f"messages.{row}.content"]["label"]["text"] for row in (0, 1)] == ["Content 1", "Content 2"]
    assert [shown[f"messages.{row}.content"]["optional"] for row in (0, 1)] == [False, True]
    assert inputs(chat({})[1])["messages.0.content"]["label"]["text"] == "Content"


def test_a_group_can_be_added_until_there_are_enough_and_removed_until_one_is_left() -> None:
    def buttons(view: Json) -> list[str]:
        row = next(each for each in view["blocks"] if each.get("block_id") == "form.messages.more")
        return [each["text"]["text"] for each in row["elements"]]

    assert buttons(chat({})[1]) == ["Add item"]
    assert buttons(chat({"messages": said(2)})[1]) == ["Add item", "Remove item 2"]
    assert buttons(chat({"messages": said(20)})[1]) == ["Remove item 20"]


def test_a_new_group_never_has_the_number_of_one_that_was_removed() -> None:
    form = Form("chat", "create").with_row(MESSAGES).without_row(MESSAGES, 1).with_row(MESSAGES)
    assert list(form.shown(MESSAGES)) == [0, 2]
    assert Form.unpacked(form.without_row(MESSAGES, 2).packed()).with_row(MESSAGES).shown(MESSAGES) == [0, 3]


def test_what_stands_in_the_other_groups_stays_when_one_is_removed() -> None:
    form, view = chat({"messages": said(3), "stop": ["a", "b"]})
    form = form.without_row(MESSAGES, form.shown(MESSAGES)[1])
    form, view = chat(forms.typed(CREATE, form, state_of(view)), form)
    back = forms.typed(CREATE, form, state_of(view))
    assert [each["content"] for each in back["messages"]] == ["Hello 0", "Hello 2"]
    assert back["stop"] == ["a", "b"]


def test_an_empty_group_keeps_its_place_until_it_is_checked() -> None:
    form, view = chat({"messages": [{"content": "a"}, {}, {"content": "b"}], "stop": ["", "x"]})
    back = forms.typed(CREATE, form, state_of(view))
    assert back["messages"][1] == {"role": "user"}
    assert back["stop"] == ["", "x"]
    assert [each["content"] for each in check(CREATE, back)["messages"]] == ["a", "b"]


def test_advanced_settings_are_open_where_some_are_set() -> None:
    assert "n" not in inputs(chat({"messages": said(1)})[1])
    form, view = chat({"n": 2})
    assert "temperature" in inputs(view)
    assert not any(each.get("block_id") == "form.advanced" for each in view["blocks"])
    assert form.advanced


# --- errors ---


def test_errors_of_groups_land_on_their_blocks() -> None:
    groups = [
        {"content": "a"},
        {"content": "b"},
        {"role": "system"},
        {"name": "only"},
        {"content": "c", "name": "ä"},
    ]
    form, view = chat(
        {"messages": groups, "stop": ["ok", "x" * 501]},
        Form("chat", "create").with_row(MESSAGES).without_row(MESSAGES, 0),
    )
    with pytest.raises(Invalid) as wrong:
        check(CREATE, forms.typed(CREATE, form, state_of(view)))
    rows, stops = form.shown(MESSAGES), form.shown(STOP)
    assert rows[0] != 0
    found = {forms.block_of(CREATE, form, place) for place in wrong.value.problems}
    assert found == {f"messages.{rows[3]}.content", f"messages.{rows[4]}.name", f"stop.{stops[1]}"}
    assert found <= {*inputs(view)}


@pytest.mark.parametrize(
    ("place", "block"),
    [
        ("model", "model"),
        ("nonsense", "nonsense"),
        ("messages", "messages.0.content"),
        ("messages.9.name", "messages.0.name"),
        ("messages.1.nonsense", "messages.0.content"),
        ("messages.x.name", "messages.0.name"),
        ("stop", "stop.0"),
        ("stop.1", "stop.0"),
    ],
)
def test_an_error_has_a_block_whatever_it_names(place: str, block: str) -> None:
    assert forms.block_of(CREATE, Form("chat", "create"), place) == block


# --- connections and metadata ---


def connection(chosen: str | None, count: int = 3) -> Json:
    options = [(f"con{at}", f"Account {at}") for at in range(count)]
    element: Json = inputs(chat({}, connections=options, connection=chosen)[1])["connection"]["element"]
    return element


def test_a_connection_is_chosen_by_id_or_name_and_never_replaced_by_another() -> None:
    assert connection("con1")["initial_option"]["value"] == "con1"
    assert connection("Account 2")["initial_option"]["value"] == "con2"
    assert connection(None)["initial_option"]["value"] == "con0"
    assert "initial_option" not in connection("Account 9")
    assert connection("con240", 250)["initial_option"]["value"] == "con240"


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*"mocatrlp", "messages"]), inner)
    ),
    max_leaves=12,
)


@given(JUNK | st.fixed_dictionaries({"m": st.just("chat"), "o": st.just("create")}, optional={
    "r": st.dictionaries(st.just("messages"), st.lists(st.integers(-2, 200_000), max_size=5)),
    "l": JUNK, "p": JUNK, "c": JUNK, "t": JUNK, "a": JUNK}))  # fmt: skip
def test_metadata_that_is_not_ours_is_refused_or_harmless(said_: object) -> None:
    try:
        form = Form.unpacked(json.dumps(said_))
    except (ValueError, KeyError):
        return
    if (form.module, form.operation) == ("chat", "create"):
        view = forms.view(form, CHAT, CREATE, {})
        forms.typed(CREATE, form, state_of(view))
        forms.block_of(CREATE, form, "messages.2.name")


@pytest.mark.parametrize("metadata", ["", "x", "[]", "{}", '{"m": 1, "o": "x"}', '{"m": "chat"}', "\ud800"])
def test_metadata_without_an_operation_is_refused(metadata: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of them means a form that is out of date
        Form.unpacked(metadata)


def test_the_last_connection_is_one_that_is_added() -> None:
    _, view = chat({}, connections=[("con1", "Main")])
    assert [each["text"]["text"] for each in inputs(view)["connection"]["element"]["options"]] == [
        "Main", "Add a connection…",
    ]  # fmt: skip
    assert inputs(view)["connection"]["dispatch_action"]


def test_a_connection_that_was_chosen_for_the_person_has_a_block_of_its_own() -> None:
    form, view = chat({}, Form("chat", "create", chosen=2), connections=[("con1", "Main")], connection="con1")
    assert forms.chosen(form, state_of(view)) == "con1"
    assert "connection" not in inputs(view)


def test_files_that_are_in_slack_need_not_be_uploaded_again() -> None:
    module = next(each for each in ALL if each.name == "image-edit")
    operation = module.operations[0]
    form = Form(module.name, operation.name).with_files("image", ["F1", "F2", "F1"])
    form, view = drawn(module, operation, {}, form, attached={"image": "📎 a.png, 📎 b.png"})
    assert view_problems(view) == []
    assert inputs(view)["image"]["optional"]
    assert forms.typed(operation, form, state_of(view))["image"] == [{"id": "F1"}, {"id": "F2"}]
    assert forms.attached(form, view) == {"image": "📎 a.png, 📎 b.png"}
    state = state_of(view)
    state["image"] = {"value": {"type": "file_input", "files": [{"id": "F2", "name": "b.png"}]}}
    assert forms.typed(operation, form, state)["image"] == [{"id": "F1"}, {"id": "F2", "name": "b.png"}]


def test_the_metadata_of_the_largest_form_fits() -> None:
    form = Form("chat", "create", "C0123456789", "1790000000.123456", advanced=True)
    form = form.with_files("files", [f"F0123456{at:03}" for at in range(40)])
    item = "0" * 32
    form = replace(form, earlier=item, below=("V0123456789", item), chosen=99, alone=True)
    for _ in range(200):  # somebody adds and removes groups all day
        form = form.with_row(MESSAGES).without_row(MESSAGES, form.shown(MESSAGES)[0])
    for _ in range(19):
        form = form.with_row(MESSAGES).with_row(STOP)
    for row in form.shown(MESSAGES):
        form = form.with_parts(f"messages.{row}.content", 34)
    assert len(form.packed()) < 3000
