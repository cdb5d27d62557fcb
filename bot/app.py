"""Builds the bot and takes it down in reverse: what it stands on, and what it does in the end."""

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bot.assembly import Bot, assembled
from bot.background import Background
from bot.errors import SettingsError
from bot.logs import log
from bot.openai import Client, Limits
from bot.resources import calling, storing
from bot.settings import Settings
from bot.slack.installations import identify, stored

__all__ = ["Bot", "built"]
#: Hosts kill what is still there 30 seconds after they asked it to end.
DRAIN_WITHIN = 18.0


@asynccontextmanager
async def built(settings: Settings, limits: Limits | None = None) -> AsyncIterator[Bot]:
    """The bot, ready to begin; taken down in reverse, after what it does has ended or was handed back.

    limits: how long the bot waits for OpenAI, where that is not as usual.
    """
    if not settings.slack_bot_token:
        raise SettingsError(
            "SLACK_BOT_TOKEN is missing. Use `python -m bot up` to try the bot without Slack."
        )
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(storing(settings))
        slack, session = await stack.enter_async_context(calling(settings))
        client = await stack.enter_async_context(Client(limits or Limits()))
        home = await identify(slack, settings.slack_bot_token)
        async with store.begin() as unit:
            await unit.workspaces.ensure(home.workspace, home.name, home.bot_user, home.bot_id)
            others = [stored(each, token) for each, token in await unit.workspaces.installed()]
        homes = [*(each for each in others if each.workspace != home.workspace), home]
        background = Background()
        owner = f"{os.getpid()}-{secrets.token_hex(4)}"
        bot = assembled(settings, store, slack, session, client, homes, background, owner)
        stack.push_async_callback(_end, bot)
        if settings.openai_api_key:  # becomes the workspace's first connection
            key, organization = settings.openai_api_key, settings.openai_org_id
            if (wrong := await bot.connecting.adopt(home.workspace, key, organization)) is not None:
                log("start.key_not_adopted", reason=wrong.text)
        yield bot


async def _end(bot: Bot) -> None:
    bot.timetable.stop()
    cut = await bot.background.drain(DRAIN_WITHIN)
    await bot.inbox.close()
    log("stop.drained", cut=cut)
