"""Pictures in blocks that are files of the workspace: whether Slack could show them now."""

from typing import Any

from bot.playground.slack.messages import file_json
from bot.playground.slack.methods import Refusal
from bot.playground.slack.places import visible
from bot.playground.slack.state import File, Json
from bot.playground.slack.world import World


def slack_file_problems(world: World, blocks: list[Json], at: str = "/blocks") -> list[str]:
    """What is wrong with the `slack_file`s in valid blocks: unknown, no image, or still being processed."""
    usable = {
        each for file in world.files.values() if _is_usable(world, file) for each in _names(world, file)
    }
    return [
        f"invalid slack file [json-pointer:{where}]"
        for given, where in _slack_files(blocks, at)
        if (given.get("id") or given.get("url")) not in usable
    ]


def check_slack_files(world: World, blocks: list[Json] | None) -> None:
    """Refuse blocks with pictures that cannot be shown."""
    if found := slack_file_problems(world, blocks or []):
        messages = [f"[ERROR] {problem}" for problem in found]
        raise Refusal("invalid_blocks", errors=found, response_metadata={"messages": messages})


def in_a_message(world: World, file: File, user: str) -> bool:
    """Whether a message that the user sees shows the file in a block: then the user sees it too."""
    team, names = world.users[user].team_id, set(_names(world, file))
    return any(
        (given.get("id") or given.get("url")) in names
        for channel in world.channels.values()
        if visible(channel, user, team)
        for message in (*channel.messages.values(), *channel.ephemerals)
        if message.ephemeral_to in (None, user)
        for given, _ in _slack_files(message.blocks, "")
    )


def _is_usable(world: World, file: File) -> bool:
    return file.mimetype.startswith("image/") and world.clock.now() >= file.ready_at


def _names(world: World, file: File) -> tuple[str, ...]:
    known = file_json(world, file)
    return file.id, known["url_private"], known["permalink"]


def _slack_files(value: Any, at: str) -> list[tuple[Json, str]]:
    if isinstance(value, list):
        return [each for n, item in enumerate(value) for each in _slack_files(item, f"{at}/{n}")]
    if not isinstance(value, dict):
        return []
    found = [(value["slack_file"], f"{at}/slack_file")] if isinstance(value.get("slack_file"), dict) else []
    return found + [each for name, item in value.items() for each in _slack_files(item, f"{at}/{name}")]
