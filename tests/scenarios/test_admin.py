"""Who may do what: a member is refused, an admin names them, they may, and it is on record."""

import pytest

from bot.playground.person import Message, Person
from tests.scenarios.conftest import House
from tests.scenarios.test_threads import answer

POST = """call moderations --method POST --body '{"input": "Hello"}'"""


async def told(person: Person, text: str, channel: str = "general") -> Message:
    """What the bot answers to a command, to the person alone."""
    seen = {each.ts for each in await person.sees(channel)}
    await person.command("/openai", text, channel)
    return await person.waits(
        lambda each: each.ephemeral and each.ts not in seen and "Working on it" not in each.plain, channel
    )


def asked(house: House, method: str = "POST") -> int:
    return sum(each["method"] == method for each in house.playground.openai.requests)


async def test_reading_is_for_members_and_changing_is_not(house: House) -> None:
    ben = await house.person("ben")
    assert "gpt-" in (await told(ben, "call models")).plain
    said = await told(ben, POST)
    assert "for workspace admins, and for those whom they named with /openai admin" in said.plain.replace(
        "`", ""
    )
    assert asked(house) == 0


async def test_whom_an_admin_names_may_until_it_is_taken_back(house: House) -> None:
    ada, ben = await house.person("ada"), await house.person("ben")
    assert "ben (U0BEN)" in (await told(ada, "admin allow <@U0BEN|ben> --what call/send")).plain
    await told(ben, POST)
    assert asked(house) == 1
    assert "for workspace admins" in (await told(ben, "connect default Default")).plain
    listed = (await told(ben, "admin list")).plain
    assert "U0BEN" in listed
    assert "call/send" in listed
    await told(ada, "admin revoke <@U0BEN>")
    assert "for workspace admins" in (await told(ben, POST)).plain
    assert asked(house) == 1


async def test_naming_is_for_workspace_admins_alone(house: House) -> None:
    ada, ben = await house.person("ada"), await house.person("ben")
    await told(ada, "admin allow <@U0BEN>")
    said = await told(ben, "admin allow <@U0CLEO>")
    assert "is for workspace admins" in said.plain
    assert "CLEO" not in (await told(ada, "admin list")).plain


async def test_a_person_is_chosen_in_the_form(house: House) -> None:
    ada, ben = await house.person("ada"), await house.person("ben")
    await ada.command("/openai", "admin allow")
    assert await ada.view() is not None
    sent = await ada.submits({"person": "ben"})
    assert sent["response_action"] == "update"
    view = await ada.view()
    assert view is not None
    assert "ben (U0BEN)" in view["plain"]
    await told(ben, POST)
    assert asked(house) == 1


async def test_a_form_that_was_open_when_it_was_taken_back_changes_nothing(house: House) -> None:
    ada, ben = await house.person("ada"), await house.person("ben")
    await told(ada, "admin allow <@U0BEN> --what connect")
    await ben.command("/openai", "connect add")
    assert await ben.view() is not None
    await told(ada, "admin revoke <@U0BEN>")
    key = house.playground.credentials.api_key
    sent = await ben.submits({"name": "Mine", "key": key})
    assert "for workspace admins" in str(sent)
    assert "Mine" not in (await told(ada, "connect list")).plain


async def test_changes_and_refusals_are_on_record_and_no_secret_is(house: House) -> None:
    ada, ben = await house.person("ada"), await house.person("ben")
    await told(ben, POST)
    await told(ada, "admin allow <@U0BEN>")
    log = (await told(ada, "admin log")).plain
    for words in (
        "call/send",
        "refused",
        "admin/allow",
        "connect/add",
        "environment",
        "ben (U0BEN)",
        "ada (U0ADA)",
    ):
        assert words in log
    assert house.playground.credentials.api_key not in log
    assert "U0BEN" in (await told(ben, "admin log")).plain  # named for everything


async def test_a_member_sees_no_record(house: House) -> None:
    cleo = await house.person("cleo")
    assert "for workspace admins" in (await told(cleo, "admin log")).plain


@pytest.mark.parametrize(
    ("who", "operation", "channel"), [("gus", "guests", "general"), ("olga", "strangers", "partners")]
)
async def test_who_is_no_member_comes_in_when_the_workspace_lets_them_and_never_leads(
    house: House, who: str, operation: str, channel: str
) -> None:
    ada, other = await house.person("ada"), await house.person(who)
    if who == "olga":
        await ada.invites(channel)
    await other.says(channel, "<@bot> Hello")
    said = await other.waits(lambda each: each.ephemeral, channel)
    assert f"/openai admin {operation}" in said.plain
    await told(ada, f"admin {operation} --allowed yes")
    await told(ada, f"admin allow <@{'U0GUS' if who == 'gus' else 'U0OLGA'}>")
    root = await other.says(channel, "<@bot> Hello again")
    assert (await answer(other, channel, root)).plain
    await told(ada, f"admin {operation} --allowed no")
    root = await other.says(channel, "<@bot> And now?")
    said = await other.waits(lambda each: each.ephemeral and each.ts > root, channel)
    assert "admin" in said.plain


async def test_the_workspaces_model_is_used_where_none_is_named(house: House) -> None:
    ada, ben = await house.person("ada"), await house.person("ben")
    await told(ada, "admin model --kind chat --model gpt-4.1")
    root = await ben.says("general", "<@bot> Hello")
    await answer(ben, "general", root)
    bodies = [
        each["body"]
        for each in house.playground.openai.requests
        if each["path"].endswith("/chat/completions")
    ]
    assert bodies[-1]["model"] == "gpt-4.1"


async def test_a_name_that_is_no_mention_is_not_guessed_and_the_form_is_offered(house: House) -> None:
    ada = await house.person("ada")
    said = await told(ada, "admin allow ben")
    assert "could be anybody" in said.plain
    assert "Open the form" in said.plain
