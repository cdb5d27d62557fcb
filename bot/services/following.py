"""One person's way to the jobs that their workspace follows; what the finetune module is given."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import Invalid
from bot.services.grants import Confirm
from bot.services.people import Person
from bot.services.ruling import Called
from bot.services.watches import Watches
from bot.workplace import Followed

NOWHERE = "Ask for this in the channel that is to follow the job."


@dataclass(frozen=True, slots=True)
class Following:
    """Implements `bot.workplace.Jobs` for a person, in the place where they ask and with that connection."""

    watches: Watches
    called: Called
    person: Person
    connection: str | None
    channel: str | None
    thread_ts: str | None
    confirm: Confirm

    async def follow(self, job: str) -> bool:
        """Follow a job here; False where somebody does already."""
        if self.channel is None:
            raise Invalid(NOWHERE)
        _, new = await self.watches.follow(
            self.person.workspace, job, connection=self.connection, channel=self.channel,
            thread_ts=self.thread_ts, by=self.person.id, confirm=self.confirm,
        )  # fmt: skip
        return new

    async def unfollow(self, job: str) -> int:
        """Follow it no more in this channel; outside of channels: anywhere."""
        return len(await self.watches.unfollow(self.person.workspace, job, self.channel))

    async def followed(self) -> Sequence[Followed]:
        """All that is followed in the workspace, the oldest first."""
        workspace = self.person.workspace
        names = await self.watches.connections(workspace)
        return [
            Followed(
                watch.job, names.get(watch.connection, watch.connection),
                "here" if watch.channel == self.channel else watch.channel,
                await self.called(workspace, watch.by), watch.created_at,
                card.status if card else "unknown", card.base_model if card else "",
                card.percent if card else None,
            )
            for watch, card in await self.watches.followed(workspace)
        ]  # fmt: skip
