"""What a control request asks for: who acts, where, on what; says clearly what there is not."""

from dataclasses import dataclass
from typing import Any

from bot.playground.slack.deliveries import Deliveries
from bot.playground.slack.elements import places
from bot.playground.slack.live import blocks_of
from bot.playground.slack.places import visible
from bot.playground.slack.state import Channel, Json, Message, User, View
from bot.playground.slack.world import World


class ImpossibleError(ValueError):
    """A person cannot do this."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: the members of its body or of its query."""

    deliveries: Deliveries
    given: Json

    @property
    def world(self) -> World:
        """The world that is acted in."""
        return self.deliveries.world

    def text(self, name: str, default: str = "") -> str:
        """A member that may be absent or null."""
        value = self.given.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        """A member that must be there."""
        if not (value := self.text(name)):
            raise ImpossibleError(f"{name} is missing")
        return value

    def listed(self, name: str) -> list[Any]:
        """A list; absent is empty."""
        value = self.given.get(name) or []
        if not isinstance(value, list):
            raise ImpossibleError(f"{name} must be a list")
        return value

    def person(self, name: str = "user") -> User:
        """Somebody by name or id."""
        wanted = self.required(name)
        if (user := self.world.user(wanted)) is None:
            people = ", ".join(user.name for user in self.world.users.values())
            raise ImpossibleError(f"{name}: there is nobody called {wanted}; there are: {people}")
        return user

    def channel(self) -> Channel:
        """A channel that the person can see; `dm` or `@bot` for the direct messages with the bot."""
        world, user, wanted = self.world, self.person(), self.required("channel")
        if wanted in {"dm", "@bot"}:
            return world.direct(user.id)
        found = world.channel(wanted, user.team_id) or world.channel(wanted)
        if found is None and (other := world.user(wanted)) is not None:
            found = world.direct(user.id, other.id)
        if found is None or not visible(found, user.id, user.team_id):
            raise ImpossibleError(f"channel: {user.name} sees no channel {wanted}")
        return found

    def own_channel(self) -> Channel:
        """A channel that the person is a member of."""
        channel, user = self.channel(), self.person()
        if user.id not in channel.members:
            raise ImpossibleError(f"channel: {user.name} is not a member of #{channel.name}")
        return channel

    def root(self, channel: Channel) -> str | None:
        """The ts of the thread that `thread_ts` names; a reply's means its thread."""
        if not (thread := self.text("thread_ts")):
            return None
        if (parent := channel.messages.get(thread)) is None:
            raise ImpossibleError(f"thread_ts: there is no message {thread} in {channel.name or channel.id}")
        return parent.thread_ts or parent.ts

    def message(self) -> Message:
        """The message that `channel` and `ts` name, among those that the person sees."""
        channel, ts = self.channel(), self.required("ts")
        for message in shown(channel, self.person()):
            if message.ts == ts:
                return message
        raise ImpossibleError(f"ts: there is no message {ts} in {channel.name or channel.id}")

    def view(self) -> View:
        """The modal or Home tab that `view_id` names."""
        user, wanted = self.person(), self.required("view_id")
        view = self.world.views.get(wanted)
        if view is None or view.user != user.id:
            raise ImpossibleError(f"view_id: {user.name} has no open view {wanted}")
        return view

    def target(self, action: str) -> Message | View:
        """What is clicked in: what is named, else the newest message with the element, else the top view."""
        user = self.person()
        if self.text("view_id"):
            return self.view()
        if self.text("ts"):
            return self.message()
        if self.text("channel"):
            for message in reversed(shown(self.channel(), user)):
                if any(matches(place.element, action) for place in places(blocks_of(message))):
                    return message
            raise ImpossibleError(f"action_id: nothing in {self.text('channel')} has {action!r}")
        if stack := self.world.stacks.get(user.id):
            return stack[-1]
        if user.id in self.world.homes:
            return self.world.homes[user.id]
        raise ImpossibleError(f"{user.name} has no view open, so say in which channel")


def shown(channel: Channel, user: User) -> list[Message]:
    """Every message of a channel that a person may see, in the order of time."""
    private = [message for message in channel.ephemerals if message.ephemeral_to == user.id]
    return sorted([*channel.messages.values(), *private], key=lambda message: message.ts)


def matches(element: Json, action: str) -> bool:
    """Whether this is the element's action id or what a person reads on it."""
    said = element.get("text") or {}
    labels = {element.get("action_id"), said.get("text") if isinstance(said, dict) else said}
    for name in ("positive_button", "negative_button"):
        labels.add(element.get(name, {}).get("text", {}).get("text"))
    return action in labels
