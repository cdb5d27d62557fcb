"""Files that people attach: fetched when a model is to see them, kept in memory for a while, never stored."""

import asyncio
import mimetypes
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from bot.logs import log
from bot.slack.caller import Slack
from bot.slack.failures import SlackFailure
from bot.slack.installations import Installations

#: The largest file that a model is shown, and how much is kept of what threads keep coming back to (bytes).
CAP = 10 * 2**20
KEPT = 64 * 2**20

Loaded = tuple[str, str, bytes]


class Attachments:
    """Fetches files by what an event said of them."""

    def __init__(self, slack: Slack, installations: Installations) -> None:
        self._slack = slack
        self._installations = installations
        self._kept: OrderedDict[tuple[str, str], Loaded] = OrderedDict()
        self._one = asyncio.Semaphore(4)

    async def fetch(self, workspace: str, file: Mapping[str, Any]) -> Loaded | None:
        """Name, media type and content; None where the file is gone, too large, or may not be read."""
        key = (workspace, str(file.get("id")))
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        token = self._installations.token(workspace)
        try:
            known = dict(file)
            if "url_private_download" not in known:  # a shared channel's file comes as its id alone
                answer = await self._slack.call("files.info", token, workspace=workspace, file=file["id"])
                known = answer["file"]
            async with self._one:
                content = await self._slack.fetch(known["url_private_download"], token, CAP)
        except SlackFailure as wrong:
            log("attachments.unread", workspace=workspace, error_code=wrong.error)
            return None
        name = known.get("name") or "file"
        # Slack does not say what a file is before it has looked at it.
        kind = known.get("mimetype") or mimetypes.guess_type(name)[0] or "application/octet-stream"
        loaded = (name, kind, content)
        self._kept[key] = loaded
        while sum(len(each[2]) for each in self._kept.values()) > KEPT:
            self._kept.popitem(last=False)
        return loaded
