"""What Slack sent, as an inbox row: its kind, its workspace, and the two keys that make it unique."""

import hashlib
from typing import Any

from bot.store import NewItem

Body = dict[str, Any]


def event(body: Body, workspace: str) -> NewItem:
    """An event; a mention and the message it stands in are one thing said."""
    inner = body.get("event") or {}
    delivery = f"event:{body.get('api_app_id')}:{workspace}:{body.get('event_id')}"
    return NewItem(
        workspace=workspace,
        kind="event",
        body=inner,
        delivery_key=delivery,
        logical_key=_of_event(inner) or delivery,
    )


def _of_event(inner: Body) -> str | None:
    kind, subtype = inner.get("type"), inner.get("subtype")
    if kind == "app_mention" or (kind == "message" and subtype not in {"message_changed", "message_deleted"}):
        return f"said:{inner.get('channel')}:{inner.get('ts')}"
    if kind == "message":
        message = inner.get("message") or {}
        stamp = (message.get("edited") or {}).get("ts") or inner.get("deleted_ts") or inner.get("event_ts")
        return f"{subtype}:{inner.get('channel')}:{message.get('ts')}:{stamp}"
    return None


def command(body: Body, workspace: str) -> NewItem:
    """A slash command."""
    key = _hash("command", workspace, body.get("user_id"), body.get("command"), body.get("trigger_id"))
    return NewItem(workspace=workspace, kind="command", body=body, delivery_key=key, logical_key=key)


def action(body: Body, workspace: str) -> NewItem:
    """A click on a button or a choice in a menu."""
    first = (body.get("actions") or [{}])[0]
    container = body.get("container") or {}
    place = container.get("message_ts") or container.get("view_id")
    user = (body.get("user") or {}).get("id")
    key = _hash("action", workspace, user, place, first.get("action_id"), first.get("action_ts"))
    return NewItem(workspace=workspace, kind="action", body=body, delivery_key=key, logical_key=key)


def shortcut(body: Body, workspace: str) -> NewItem:
    """A shortcut on a message or everywhere."""
    user = (body.get("user") or {}).get("id")
    key = _hash(
        "shortcut", workspace, user, body.get("callback_id"), body.get("trigger_id"), body.get("action_ts")
    )
    return NewItem(workspace=workspace, kind="shortcut", body=body, delivery_key=key, logical_key=key)


def submission(body: Body, workspace: str) -> NewItem:
    """A form that was sent; sent again after an error it keeps its hash and gets another trigger."""
    view = body.get("view") or {}
    key = _hash("view", workspace, view.get("id"), view.get("hash"), body.get("trigger_id"))
    return NewItem(workspace=workspace, kind="submission", body=body, delivery_key=key, logical_key=key)


def _hash(*parts: object) -> str:
    return f"{parts[0]}:" + hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()
