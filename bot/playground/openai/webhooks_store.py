"""What a webhook endpoint is, which events there are, and how a delivery is signed (Standard Webhooks)."""

import base64
import hashlib
import hmac
from collections import deque
from dataclasses import dataclass, field
from typing import Any

EVENT_TYPES = (
    "batch.completed", "batch.failed", "batch.expired", "batch.cancelled",
    "response.completed", "response.failed", "response.cancelled", "response.incomplete",
    "eval.run.succeeded", "eval.run.failed", "eval.run.canceled",
    "fine_tuning.job.succeeded", "fine_tuning.job.failed", "fine_tuning.job.cancelled",
    "realtime.call.incoming", "video.completed", "video.failed",
    "agent.environment.ready", "agent.environment.failed", "agent.environment.suspended",
    "agent.environment.expired", "agent.session.created", "agent.session.action_required",
    "agent.session.in_progress", "agent.session.idle", "agent.session.failed", "safety.alert.created",
)  # fmt: skip


@dataclass(slots=True)
class WebhookEndpoint:
    """Where a project's events go; `old_secret` signs too until `old_until`, `deliveries` logs attempts."""

    id: str
    project: str
    name: str
    url: str
    event_types: list[str]
    secret: str = field(repr=False)
    created_at: int
    updated_at: int
    old_secret: str = field(default="", repr=False)
    old_until: float = 0.0
    deliveries: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=200))

    def json(self, *, with_secret: bool = False) -> dict[str, Any]:
        """The endpoint object; the secret itself is shown only when it was just made."""
        return {
            "id": self.id,
            "object": "webhook_endpoint",
            "name": self.name,
            "url": self.url,
            "event_types": self.event_types,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "signing_secret_hint": f"whsec_...{self.secret[-4:]}",
            **({"signing_secret": self.secret} if with_secret else {}),
        }

    def signatures(self, message_id: str, timestamp: int, body: bytes) -> str:
        """The webhook-signature header: one signature for each secret in force."""
        secrets = [self.secret, self.old_secret] if timestamp < self.old_until else [self.secret]
        return " ".join(sign(secret, message_id, timestamp, body) for secret in secrets)


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """One signature, "v1,…", with a secret of the form whsec_<base64>."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()
