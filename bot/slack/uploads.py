"""Files on their way into Slack and back: put beside a result's text, and read again by their ids."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.errors import NotFound
from bot.logs import log
from bot.module import File, Result
from bot.slack.caller import Slack
from bot.slack.failures import SlackFailure
from bot.slack.installations import Installations
from bot.slack.places import Where
from bot.slack.replies import Replies

#: The most of a result's file that is read again (bytes).
CAP = 100 * 2**20


class Uploads:
    """Puts files into Slack and reads them back."""

    def __init__(self, slack: Slack, installations: Installations, replies: Replies) -> None:
        self._slack = slack
        self._installations = installations
        self._replies = replies

    async def put(self, where: Where, result: Result, *, private: bool) -> tuple[Mapping[int, str], bool]:
        """Put a result's files into Slack: the id of each, by the file's own identity, and whether they are
        where `where` is.

        What is private, or for a channel that takes no files of the bot, is in the direct messages.
        """
        new = [each for each in result.parts if isinstance(each, File) and each.content]
        if not new:
            return {}, True
        here = where.channel if not private or (where.channel or "").startswith("D") else None
        placed: list[str] = []
        if here:
            try:
                placed = await self._upload(where, here, where.thread_ts, new)
            except SlackFailure as wrong:
                if wrong.kind != "permanent":
                    raise
                log("uploads.elsewhere", workspace=where.workspace, error_code=wrong.error)
        beside = bool(placed)
        if not beside:
            direct = await self._replies.direct(where.workspace, where.user)
            placed = await self._upload(where, direct, None, new)
        return dict(zip(map(id, new), placed, strict=True)), beside

    async def _upload(
        self, where: Where, channel: str, thread_ts: str | None, files: Sequence[File]
    ) -> list[str]:
        token = self._installations.token(where.workspace)
        given = [(each.name, each.content, each.alt) for each in files]
        told = await self._slack.upload(token, where.workspace, channel, thread_ts, given)
        return [str(each["id"]) for each in told]

    async def again(self, workspace: str, result: Result) -> Result:
        """A result whose files have their contents again. Raises NotFound for a file that is gone."""
        parts = [
            await self._whole(workspace, each) if isinstance(each, File) else each for each in result.parts
        ]
        return replace(result, parts=parts)

    async def _whole(self, workspace: str, file: File) -> File:
        if file.content:
            return file
        token = self._installations.token(workspace)
        try:
            told = await self._slack.call("files.info", token, workspace=workspace, file=file.source)
            content = await self._slack.fetch(told["file"]["url_private_download"], token, CAP)
        except (SlackFailure, KeyError):
            raise NotFound(f"“{file.name}” is not in Slack any more. Run it again.") from None
        return replace(file, content=content)


def placed(result: Result, sources: Mapping[int, str]) -> Result:
    """The result with where its files are."""
    parts = [
        replace(each, source=sources[id(each)]) if isinstance(each, File) and id(each) in sources else each
        for each in result.parts
    ]
    return replace(result, parts=parts)
