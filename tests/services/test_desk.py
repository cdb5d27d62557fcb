"""Connections as a person manages them."""

import pytest

from bot.errors import Invalid, KeyRefused, NoConnection, NotFound
from bot.services.desk import Desk
from tests.services.conftest import ADA, STRANGER, House


async def test_the_first_connection_is_checked_kept_and_becomes_the_default(house: House) -> None:
    linked, models = await Desk(house.connecting, ADA).add(
        "Main", house.api.key.secret, organization=None, project=None, base_url=None
    )
    assert linked.default
    assert house.api.key.secret not in linked.key_hint
    assert linked.key_hint.endswith(house.api.key.secret[-4:])
    assert models
    assert [each.name for each in await Desk(house.connecting, ADA).all()] == ["Main"]


async def test_a_wrong_key_is_refused_on_its_field_and_not_kept(house: House) -> None:
    with pytest.raises((KeyRefused, Invalid)) as refused:
        await Desk(house.connecting, ADA).add(
            "Main", "sk-wrong-key", organization=None, project=None, base_url=None
        )
    assert "sk-wrong-key" not in refused.value.text
    assert refused.value.field == "key"
    assert await Desk(house.connecting, ADA).all() == []


async def test_a_restricted_key_is_kept_with_a_note(house: House) -> None:
    key = house.api.add_key(scopes={"model.request"})
    linked, models = await Desk(house.connecting, ADA).add(
        "Small", key.secret, organization=None, project=None, base_url=None
    )
    assert linked.restricted
    assert models == []


async def test_a_base_url_that_the_operator_does_not_allow_is_refused(house: House) -> None:
    with pytest.raises(Invalid) as refused:
        await Desk(house.connecting, ADA).add(
            "Main", house.api.key.secret, organization=None, project=None, base_url="https://evil.example/v1"
        )
    assert refused.value.field == "base_url"


async def test_a_name_is_taken_once(house: House) -> None:
    await house.connect()
    with pytest.raises(Invalid) as refused:
        await house.connect(name="main")
    assert refused.value.field == "name"


async def test_another_workspace_sees_and_touches_nothing(house: House) -> None:
    mine = await house.connect()
    theirs = Desk(house.connecting, STRANGER)
    assert await theirs.all() == []
    for deed in (theirs.check, theirs.make_default, theirs.remove):
        with pytest.raises(NotFound):
            await deed(mine)
    with pytest.raises(NotFound):
        await theirs.rename(mine, "Stolen")
    with pytest.raises(NoConnection):
        await house.connecting.line("T2")


async def test_removing_the_default_makes_another_one_the_default(house: House) -> None:
    first = await house.connect()
    second = await house.connect(name="Second")
    desk = Desk(house.connecting, ADA)
    await desk.remove(first)
    (left,) = await desk.all()
    assert (left.id, left.default) == (second, True)
    await desk.remove(second)
    with pytest.raises(NoConnection):
        await house.connecting.line("T1")


async def test_the_environments_key_becomes_the_first_connection_once(house: House) -> None:
    assert await house.connecting.adopt("T1", house.api.key.secret, None) is None
    assert await house.connecting.adopt("T1", house.api.key.secret, None) is None
    assert [each.default for each in await Desk(house.connecting, ADA).all()] == [True]


async def test_the_newest_suitable_model_is_used_unless_the_workspace_chose_one(house: House) -> None:
    await house.connect()
    usual = await house.connecting.model("T1", None, "chat")
    assert usual in {each.id for each in await house.connecting.models("T1")}
    async with house.store.begin() as unit:
        await unit.workspaces.update_settings("T1", models={"chat": "gpt-4.1"})
    house.connecting.forget("T1")
    assert await house.connecting.model("T1", None, "chat") == "gpt-4.1"
