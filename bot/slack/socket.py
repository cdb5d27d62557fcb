"""Socket Mode: the same requests over a connection of the bot's own; watched, for it can die in silence."""

import asyncio
import logging

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.errors import SettingsError
from bot.logs import log

PING_EVERY = 10  # seconds
CLOSE_WITHIN = 3.0


class Socket:
    """One Socket Mode connection."""

    def __init__(self, app: AsyncApp, app_token: str) -> None:
        self._client = AsyncSocketModeHandler(app, app_token, ping_interval=PING_EVERY).client

    async def connect(self) -> None:
        """Connect; raises SettingsError for a token that Slack refuses (the SDK tries for ever).

        Where Slack cannot be reached now, the watch connects later.
        """
        try:
            self._client.wss_uri = await self._client.issue_new_wss_url()
        except SlackApiError as wrong:
            raise SettingsError(
                f"SLACK_APP_TOKEN: Slack refuses it ({wrong.response['error']}). Make an app-level token "
                "with the scope connections:write, under Basic Information of the app."
            ) from None
        except (aiohttp.ClientError, OSError, TimeoutError) as broken:
            log("socket.unreachable", level=logging.WARNING, error_kind=type(broken).__name__)
            return
        await self._client.connect()  # type: ignore[no-untyped-call] # the SDK has no types there

    async def connected(self) -> bool:
        """Whether Slack can reach the bot now."""
        return bool(await self._client.is_connected())

    async def watch(self) -> None:
        """Connect again when the connection is gone without a word."""
        if not await self.connected():
            log("socket.reconnect", level=logging.WARNING)
            try:
                await self._client.connect_to_new_endpoint()
            except SlackApiError as wrong:
                log("socket.refused", level=logging.ERROR, error_code=str(wrong.response["error"]))
            except (aiohttp.ClientError, OSError, TimeoutError) as broken:
                log("socket.unreachable", level=logging.WARNING, error_kind=type(broken).__name__)

    async def close(self) -> None:
        """Hang up; a socket that does not answer is left."""
        try:
            async with asyncio.timeout(CLOSE_WITHIN):
                await self._client.close()  # type: ignore[no-untyped-call] # as above
        except TimeoutError:
            log("socket.left", level=logging.WARNING)
