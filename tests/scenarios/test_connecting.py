"""A workspace without an account: everybody hears what they can do about it, and the key is checked first."""

from tests.scenarios.conftest import House
from tests.scenarios.test_threads import answer


async def test_a_mention_without_a_connection_tells_a_member_who_can_help(empty_house: House) -> None:
    ben = await empty_house.person("ben")
    root = await ben.says("general", "<@bot> hello")
    said = await answer(ben, "general", root)
    assert "no OpenAI connection" in said.plain
    assert "admin" in said.plain
    assert "Connect an account" not in said.plain


async def test_a_mention_without_a_connection_gives_an_admin_the_form(empty_house: House) -> None:
    ada = await empty_house.person("ada")
    root = await ada.says("general", "<@bot> hello")
    said = await answer(ada, "general", root)
    await ada.clicks("Connect an account", "general", said.ts)
    view = await ada.view()
    assert view is not None
    assert "API key" in view["plain"]
    key = empty_house.playground.credentials.api_key
    sent = await ada.submits({"name": "Main", "key": key})
    assert sent["response_action"] == "update"
    await ada.clicks("Try again", "general", said.ts)
    again = await answer(ada, "general", root, said.ts)
    assert "OpenAI connection" not in again.plain


async def test_a_command_without_a_connection_tells_each_what_can_be_done(empty_house: House) -> None:
    ada, ben = await empty_house.person("ada"), await empty_house.person("ben")
    for text in ("chat Hello", "chat"):
        await ben.command("/openai", text)
        said = await ben.waits(lambda each: each.ephemeral, "general")
        assert "no OpenAI connection" in said.plain
        assert "admin" in said.plain
        assert "Connect an account" not in said.plain
    await ada.command("/openai", "chat Hello")
    said = await ada.waits(lambda each: each.ephemeral, "general")
    await ada.clicks("Connect an account", "general", said.ts)
    assert await ada.view() is not None


async def test_a_wrong_key_is_refused_on_its_field_and_not_kept(empty_house: House) -> None:
    ada = await empty_house.person("ada")
    await ada.command("/openai", "connect")
    assert await ada.view() is not None
    sent = await ada.submits({"name": "Main", "key": "sk-proj-mistyped-0123456789abcdef"})
    assert "refuses this key" in sent["errors"]["key"]
    assert "mistyped" not in str(sent["errors"])
    await ada.closes()
    await ada.command("/openai", "connect list")
    said = await ada.waits(lambda each: each.ephemeral, "general")
    assert "No connection yet" in said.plain


async def test_an_organization_that_is_not_the_keys_is_refused_on_its_field(empty_house: House) -> None:
    ada = await empty_house.person("ada")
    await ada.command("/openai", "connect")
    assert await ada.view() is not None
    key = empty_house.playground.credentials.api_key
    other = {"name": "Main", "key": key, "organization": "org-PlaygroundOther000000000"}
    sent = await ada.submits(other)
    assert "organization" in sent["errors"]


async def test_a_member_cannot_open_the_form_for_keys(empty_house: House) -> None:
    ben = await empty_house.person("ben")
    await ben.command("/openai", "connect")
    said = await ben.waits(lambda each: each.ephemeral, "general")
    assert "for workspace admins" in said.plain
    assert await ben.view(0.2) is None


async def test_the_key_stands_in_no_command(empty_house: House) -> None:
    ada = await empty_house.person("ada")
    key = empty_house.playground.credentials.api_key
    await ada.command("/openai", f'connect add --name Main --key "{key}"')
    said = await ada.waits(lambda each: each.ephemeral, "general")
    assert key not in said.plain
    assert "form" in said.plain


async def test_the_home_tab_says_that_nothing_is_connected(empty_house: House) -> None:
    ben = await empty_house.person("ben")
    view = await ben.opens_home()
    assert view is not None
    assert "No OpenAI connection" in view["plain"]


async def test_a_revoked_key_is_told_and_replaced_under_its_name(house: House) -> None:
    ada, ben = await house.person("ada"), await house.person("ben")
    house.playground.openai.key.revoked = True
    root = await ben.says("general", "<@bot> hello")
    said = await answer(ben, "general", root)
    assert "refused the API key" in said.plain
    assert "An admin can replace it" in said.plain
    assert house.playground.credentials.api_key not in said.plain
    root = await ada.says("general", "<@bot> hello")
    said = await answer(ada, "general", root)
    await ada.clicks("Connect an account", "general", said.ts)
    assert await ada.view() is not None
    new = house.playground.openai.add_key().secret
    sent = await ada.submits({"name": "default", "key": new})
    assert sent["response_action"] == "update", sent
    await ada.clicks("Try again", "general", said.ts)
    assert "hello" in (await answer(ada, "general", root, said.ts)).plain


async def test_a_key_that_works_is_not_replaced_by_accident(house: House) -> None:
    ada = await house.person("ada")
    await ada.command("/openai", "connect")
    assert await ada.view() is not None
    sent = await ada.submits({"name": "Default", "key": house.playground.openai.add_key().secret})
    assert "already" in sent["errors"]["name"]
