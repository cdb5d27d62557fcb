"""Who may do what: by role, by being named, and by what the workspace lets in."""

import pytest

from bot.errors import Forbidden
from bot.module import Context, Effect, Module, Operation, Result, Role, Values
from bot.services.people import Person, allow, allow_entry, holds


async def nothing(_: Context, __: Values) -> Result:
    return Result([])


def operation(name: str = "delete", role: Role = Role.ADMIN, **more: object) -> Operation:
    return Operation(
        name=name, title="Delete a thing", summary="x", fields=(), call=nothing, example={}, role=role, **more  # type: ignore[arg-type]  # what a test gives
    )  # fmt: skip


DELETE, LIST, RULE = operation(), operation("list", Role.MEMBER), operation("allow", Role.WORKSPACE_ADMIN)
WEIGHED = operation(
    "send",
    Role.ADMIN,
    weighed=lambda values: (
        (Effect.READ, Role.MEMBER) if values["method"] == "GET" else (Effect.CHANGE, Role.ADMIN)
    ),
)
THINGS = Module(name="things", title="x", summary="x", operations=(LIST, DELETE, RULE, WEIGHED))
MEMBER, ADMIN = Person("T1", "U1"), Person("T1", "U2", admin=True)
GUEST, FOREIGN = Person("T1", "U3", guest=True), Person("T1", "U4", foreign=True, admin=True)
LOST = Person("T1", "U5", unknown=True, welcome=True, admin=True)


def named(*what: str, **more: bool) -> Person:
    return Person("T1", "U6", named=frozenset(what), **more)


@pytest.mark.parametrize("person", [ADMIN, named("everything"), named("things"), named("things/delete")])
def test_admins_and_those_whom_they_named_may(person: Person) -> None:
    allow(person, THINGS, DELETE)


@pytest.mark.parametrize("person", [MEMBER, named("other"), named("things/send"), named("thing"), named("")])
def test_nobody_else_may_and_hears_who_can_help(person: Person) -> None:
    with pytest.raises(Forbidden, match="for workspace admins, and for those whom they named with") as wrong:
        allow(person, THINGS, DELETE)
    assert "Delete a thing" in wrong.value.text


def test_who_may_do_what_is_decided_by_workspace_admins_alone() -> None:
    allow(ADMIN, THINGS, RULE)
    for person in (named("everything", "things", "things/allow"), MEMBER):
        with pytest.raises(Forbidden, match=r"is for workspace admins\. Ask one of them"):
            allow(person, THINGS, RULE)


@pytest.mark.parametrize("person", [GUEST, FOREIGN, LOST])
def test_who_is_no_member_may_nothing(person: Person) -> None:
    for each in THINGS.operations:
        with pytest.raises(Forbidden):
            allow(person, THINGS, each)


@pytest.mark.parametrize("kind", [{"guest": True}, {"foreign": True}])
def test_who_is_let_in_may_read_and_never_leads(kind: dict[str, bool]) -> None:
    person = named("everything", welcome=True, admin=True, **kind)
    allow(person, THINGS, LIST)
    assert not holds(person, Role.ADMIN, THINGS, DELETE)
    for each in (DELETE, RULE):
        with pytest.raises(Forbidden):
            allow(person, THINGS, each)


def test_whom_slack_does_not_know_is_let_in_by_nobody() -> None:
    with pytest.raises(Forbidden, match="does not tell me who you are"):
        allow_entry(LOST)


def test_the_values_decide_where_they_weigh() -> None:
    allow(MEMBER, THINGS, WEIGHED)  # may begin
    allow(MEMBER, THINGS, WEIGHED, {"method": "GET"})
    with pytest.raises(Forbidden, match="with these values"):
        allow(MEMBER, THINGS, WEIGHED, {"method": "DELETE"})
    allow(named("things/send"), THINGS, WEIGHED, {"method": "DELETE"})
    with pytest.raises(KeyError):  # what cannot be weighed is not allowed
        allow(ADMIN, THINGS, WEIGHED, {})
