"""`python -m bot doctor`: looks at every part of a set-up and says what is wrong and how to fix it."""

import re
import time
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime

import aiohttp

from bot.errors import AccessDenied, BotError, SettingsError
from bot.openai import Account, Client
from bot.resources import calling, storing
from bot.settings import Settings
from bot.slack.failures import SlackFailure
from bot.slack.installations import granted, identify
from bot.slack.manifest import SCOPES
from bot.store import Store

#: Slack refuses signatures that are older than five minutes.
SKEW = 120.0
Check = Callable[[Settings], Awaitable[str]]


async def examine(settings: Settings) -> int:
    """Print one line a check; the number of those that found something wrong, 0 when all is well."""
    checks: list[tuple[str, Check]] = [
        ("clock", _clock), ("secret key", _secret_key), ("database", _database), ("Slack token", _slack),
        ("signing secret", _signing), ("app token", _app_token), ("connections", _connections),
    ]  # fmt: skip
    wrong = 0
    for name, check in checks:
        try:
            said = await check(settings)
        except (BotError, SlackFailure, aiohttp.ClientError, OSError, TimeoutError) as trouble:
            away = f"{settings.slack_api_url} does not answer ({str(trouble) or type(trouble).__name__})."
            text = trouble.text if isinstance(trouble, BotError) else away
            print(f"✗ {name}: {text}")  # noqa: T201 - this is what the command is for
            wrong += 1
        else:
            print(f"✓ {name}: {said}")  # noqa: T201
    return min(wrong, 1)


async def _clock(settings: Settings) -> str:
    timeout = aiohttp.ClientTimeout(total=10)
    url = settings.slack_api_url + "api.test"
    async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
        date = answer.headers.get("Date", "")
    try:
        theirs = parsedate_to_datetime(date).timestamp()
    except ValueError:
        raise BotError("Slack did not say what time it is; is SLACK_API_URL right?") from None
    off = abs(time.time() - theirs)
    if off > SKEW:
        raise BotError(
            f"this machine's clock is {off:.0f} seconds off Slack's. Set it (NTP), or signatures are refused."
        )
    return "agrees with Slack's"


async def _secret_key(settings: Settings) -> str:
    if settings.secret_key_file:
        return f"in {settings.secret_key_file}; without it nothing that is stored can be read"
    return f"BOT_SECRET_KEY is set, {len(settings.secret_keys)} key(s)"


async def _database(settings: Settings) -> str:
    async with storing(settings) as store:
        return f"{store.url_shown}, at this version's tables"


async def _slack(settings: Settings) -> str:
    if not settings.slack_bot_token:
        raise SettingsError(
            "SLACK_BOT_TOKEN is missing; `python -m bot manifest` and the README say how to get one."
        )
    async with calling(settings) as (slack, session):
        home = await identify(slack, settings.slack_bot_token)
        scopes = await granted(session, settings.slack_api_url, settings.slack_bot_token)
    missing = [each for each in SCOPES if each not in scopes]
    if scopes and missing:
        raise BotError(
            f"the token lacks {', '.join(missing)}. Add them under OAuth & Permissions and install again."
        )
    return f"speaks as <{home.bot_user}> in {home.name or home.workspace}"


async def _signing(settings: Settings) -> str:
    if not settings.slack_signing_secrets:
        return "not needed: Socket Mode"
    # Slack's are 32 hexadecimal digits; whether one is the app's own, only a request of Slack's can show.
    if not all(re.fullmatch(r"[0-9a-f]{32}", each) for each in settings.slack_signing_secrets):
        raise SettingsError(
            "SLACK_SIGNING_SECRET is not 32 hexadecimal digits. Copy it from the app's Basic Information."
        )
    return f"{len(settings.slack_signing_secrets)} set; Slack's requests go to /slack/events"


async def _app_token(settings: Settings) -> str:
    if not settings.slack_app_token:
        return "not set: Slack's requests come over HTTP"
    async with calling(settings) as (slack, _):
        try:
            await slack.call("apps.connections.open", settings.slack_app_token, workspace="")
        except SlackFailure as wrong:
            if wrong.kind != "permanent":
                raise
            raise SettingsError(
                f"SLACK_APP_TOKEN: Slack refuses it ({wrong.error}). "
                "Make one with the scope connections:write."
            ) from None
    return "opens Socket Mode"


async def _connections(settings: Settings) -> str:
    if not settings.slack_bot_token:
        raise SettingsError("SLACK_BOT_TOKEN is missing, so the workspace is not known.")
    async with calling(settings) as (slack, _):
        home = await identify(slack, settings.slack_bot_token)
    async with storing(settings) as store, Client() as client:
        return await _each(store, client, home.workspace)


async def _each(store: Store, client: Client, workspace: str) -> str:
    async with store.read() as unit:
        found = await unit.connections.list(workspace)
        keys = {each.id: await unit.connections.key(workspace, each.id) for each in found}
    broken = []
    for each in found:
        account = Account(keys[each.id], each.organization, each.project, each.base_url)
        try:
            await client.api(account).models()
        except AccessDenied:
            continue  # a restricted key, which may not list models
        except BotError as wrong:
            broken.append(f"“{each.name}”: {wrong.text}")
    if broken:
        raise BotError(" ".join(broken))
    return f"{len(found)} work" if found else "none yet; `/openai connect` in Slack adds one"
