"""Files that a form was given, fetched from Slack under the bot's token when the form was sent."""

import asyncio
import mimetypes
from collections.abc import Mapping
from typing import Any

from bot import fields as f
from bot.errors import Invalid
from bot.logs import log
from bot.module import File, Operation
from bot.slack.caller import Slack
from bot.slack.failures import SlackFailure
from bot.slack.installations import Installations
from bot.slack.material import named, problem

#: What Slack's refusals mean to the person; what the bot may not see is not there for it.
UNSEEN = "I may not read it. Invite me to the channel where it is, or upload it in this form."
WHY = {
    # A login page instead of the file: the bot is not where the file is, or may read no files at all.
    "not_authorized": f"{UNSEEN} If that does not help, an admin can install me again.",
    "file_not_found": UNSEEN,
    "not_in_channel": UNSEEN,
    "http_404": UNSEEN,
    "missing_scope": "I was installed without the right to read files. An admin can install me again.",
    "file_deleted": "it was deleted.",
    "not_an_address_of_slack": "it is not kept in Slack. Upload it in this form.",
}
TOGETHER = 4  # downloads at once


class Fetching:
    """Turns Slack's descriptions of files into files."""

    def __init__(self, slack: Slack, installations: Installations) -> None:
        self._slack = slack
        self._installations = installations
        self._slots = asyncio.Semaphore(TOGETHER)

    async def files(self, operation: Operation, raw: Mapping[str, Any], workspace: str) -> dict[str, Any]:
        """The raw values with every file's content. Raises Invalid that says which one has none."""
        fetched = dict(raw)
        problems: dict[str, str] = {}
        for each in operation.fields:
            if isinstance(each, f.Files) and raw.get(each.name):
                tried = await asyncio.gather(*(self._tried(each, one, workspace) for one in raw[each.name]))
                fetched[each.name] = [one for one in tried if isinstance(one, File)]
                if wrong := [one for one in tried if isinstance(one, str)]:
                    problems[each.name] = f"{each.title}: {' '.join(wrong)}"
        if problems:
            raise Invalid("\n".join(problems.values()), problems=problems)
        return fetched

    async def _tried(self, kind: f.Files, file: Mapping[str, Any] | File, workspace: str) -> File | str:
        """The file, or the end of a sentence about why not."""
        if isinstance(file, File):
            return file
        try:
            known = await self._known(file, workspace)
            name = named(known) or "file"
            if wrong := problem(kind, known):
                return wrong
            async with self._slots:
                token = self._installations.token(workspace)
                content = await self._slack.fetch(known["url_private_download"], token, kind.bytes_each)
        except SlackFailure as wrong_:
            log("fetching.failed", workspace=workspace, method=wrong_.method, error_code=wrong_.error)
            return _told(file, kind, wrong_)
        except KeyError:
            return f"“{named(file) or file['id']}”: {WHY['not_an_address_of_slack']}"
        # Slack does not say what a file is before it has looked at it.
        media_type = known.get("mimetype") or mimetypes.guess_type(name)[0] or "application/octet-stream"
        return File(name, content, media_type, source=str(file["id"]))

    async def _known(self, file: Mapping[str, Any], workspace: str) -> Mapping[str, Any]:
        """What Slack says of a file: asked for where only its id is known."""
        if "url_private_download" in file:
            return file
        token = self._installations.token(workspace)
        answer = await self._slack.call(
            "files.info", token, workspace=workspace, file=file["id"], urgent=True
        )
        found: Mapping[str, Any] = answer["file"]
        return found


def _told(file: Mapping[str, Any], kind: f.Files, wrong: SlackFailure) -> str:
    name = named(file) or "a file of the message"
    if wrong.error == "file_too_large":
        return f"“{name}” is larger than {kind.bytes_each / 2**20:g} MB."
    why = WHY.get(wrong.error) or f"Slack did not give it to me ({wrong.error}). Try again in a moment."
    return f"“{name}”: {why}"
