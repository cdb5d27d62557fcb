"""The inputs of a form: which blocks a field has, as many as its groups and its longest text need."""

from collections.abc import Iterator, Sequence
from typing import Any

from bot import fields as f
from bot.checking import listed
from bot.kinds import Single
from bot.slack.elements import MOST_TYPED, actions, button, field_input, mrkdwn, written
from bot.slack.form import Form

Json = dict[str, Any]
ADD, REMOVE, LEAVE = "form.add", "form.remove", "form.leave"


def inputs(form: Form, kind: f.Field, given: Any) -> Iterator[tuple[str, Single, Any]]:
    """Every input of a field: its block, its kind, and what stands in it."""
    name = form.block(kind.name)
    if not isinstance(kind, f.Several | f.Items):
        yield name, kind, given
        return
    known = groups(kind, given)
    for at, row in enumerate(form.shown(kind)):
        group = known[at] if at < len(known) else None
        if isinstance(kind, f.Several):
            yield f"{name}.{row}", kind.item, group
        else:
            for each in kind.fields:
                yield f"{name}.{row}.{each.name}", each, (group or {}).get(each.name)


def groups(kind: f.Several | f.Items, given: Any) -> list[Any]:
    """What was given as a list of groups."""
    try:
        return [] if given is None else listed(kind, given)
    except ValueError:  # no groups can be made of it
        return []


def blocks_of(form: Form, kind: f.Field, given: Any, attached: str | None = None) -> list[Json]:
    """A field as blocks, filled with what was given; `attached` names files that are in Slack already."""
    each_input = list(inputs(form, kind, given))
    if not isinstance(kind, f.Several | f.Items):
        block, each, value = each_input[0]
        there = bool(form.files.get(kind.name))
        optional = there or not kind.required
        made = _input(form, block, each, value, title=kind.title, hint=kind.hint, optional=optional)
        return [*(_attached(kind, attached or "📎 Files of the message") if there else []), *made]
    blocks: list[Json] = []
    shown = form.shown(kind)
    size = len(each_input) // len(shown)
    for number, (block, each, value) in enumerate(each_input):
        at = number // size
        title, hint = (kind.title, kind.hint) if isinstance(kind, f.Several) else (each.title, each.hint)
        # A group that stays empty counts for nothing, so that it need not be taken away.
        needed = kind.required and at < kind.low and (each.required or isinstance(kind, f.Several))
        numbered = f"{title} {at + 1}" if len(shown) > 1 else title
        blocks += _input(
            form, block, each, value, title=numbered, hint="" if at else hint, optional=not needed
        )  # fmt: skip
    return [*blocks, *_more(kind, shown)]


def _input(
    form: Form, block: str, kind: Single, value: Any, *, title: str, hint: str, optional: bool
) -> list[Json]:
    """An input, or several where a text is longer than one takes."""
    count = form.parts.get(block, 1)
    if count == 1:
        return [field_input(block, kind, value, title=title, hint=hint, optional=optional)]
    text = written(kind, value)
    pieces = [text[at * MOST_TYPED : (at + 1) * MOST_TYPED] for at in range(count)]
    blocks = [field_input(block, kind, pieces[0], title=title, hint=hint, optional=optional)]
    for at in range(1, count):
        more = f"{title} (part {at + 1} of {count})"
        blocks.append(field_input(f"{block}~{at}", kind, pieces[at], title=more, hint="", optional=True))
    return blocks


def _more(kind: f.Several | f.Items, shown: Sequence[int]) -> list[Json]:
    """The buttons for more groups and fewer."""
    buttons = [button("Add item", f"{ADD}:{kind.name}", "add")] if len(shown) < kind.high else []
    if len(shown) > max(kind.low, 1):
        buttons.append(button(f"Remove item {len(shown)}", f"{REMOVE}:{kind.name}", str(shown[-1])))
    return [actions(f"{kind.name}.more", buttons)] if buttons else []


def attached_block(name: str) -> str:
    """The block that names a field's files that are in Slack already."""
    return f"form.{name}.attached"


def _attached(kind: f.Field, names: str) -> list[Json]:
    """Files that need not be uploaded again, and the button that leaves them out."""
    said = {"type": "context", "block_id": attached_block(kind.name), "elements": [mrkdwn(names)]}
    return [
        said,
        actions(f"{kind.name}.leave", [button("Leave these files out", f"{LEAVE}:{kind.name}", "all")]),
    ]
