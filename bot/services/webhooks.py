"""OpenAI's webhooks: checked as Standard Webhooks says, they make followed jobs be looked at at once."""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from bot.errors import Invalid, Unavailable
from bot.logs import log
from bot.store import Store

#: Seconds that a delivery may be old or early: Standard Webhooks' own tolerance.
TOLERANCE = 300
#: A header may carry several signatures while a secret is being rotated.
MOST_SIGNATURES = 10
PREFIX = "fine_tuning.job."
NO = (401, {"error": "The signature is not right, or this connection has no webhook secret."})


class Webhooks:
    """Takes deliveries in. `wake` has the followed jobs looked at at once, where this process does that."""

    def __init__(
        self, store: Store, wake: Callable[[], object], clock: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._wake = wake
        self._clock = clock

    async def receive(
        self, workspace: str, connection: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, Any]]:
        """The answer to a delivery; 200 when what it asks for is kept. Header names are in lower case."""
        delivery, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not delivery or not stamp.isdecimal() or abs(self._clock() - int(stamp)) > TOLERANCE:
            return NO
        try:
            async with self._store.read() as unit:
                secret = await unit.webhooks.secret(workspace, connection)
            signed = f"{delivery}.{stamp}.".encode() + body
            if not secret or not genuine(secret, signed, headers.get("webhook-signature", "")):
                log("webhooks.refused", workspace=workspace)
                return NO
            job = _job(body)
            if job:
                async with self._store.begin() as unit:
                    woken = await unit.watches.due_now(workspace, connection, job, delivery)
                if woken:
                    self._wake()
        except Unavailable:
            return 503, {"error": "Not kept. Please deliver it again."}
        return 200, {"ok": True}


def genuine(secret: str, signed: bytes, signatures: str) -> bool:
    """Whether one of the signatures is what the secret makes of the signed bytes."""
    expected = base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest())
    found = False
    for each in signatures.split(" ")[:MOST_SIGNATURES]:
        version, _, value = each.partition(",")
        same = hmac.compare_digest(expected, value.encode(errors="replace"))
        found = found or (version == "v1" and same)
    return found


def checked(secret: str) -> str:
    """A secret as people paste it. Raises Invalid."""
    secret = secret.strip()
    try:
        if secret.startswith("whsec_") and len(_key(secret)) >= 16:
            return secret
    except (binascii.Error, ValueError):
        pass
    text = "Signing secret: it starts with whsec_; OpenAI shows it once, when the webhook is made."
    raise Invalid(text, field="secret")


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"), validate=True)


def _job(body: bytes) -> str | None:
    """The job that an event is about, where it is about one."""
    try:
        event = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(event, dict) or not str(event.get("type")).startswith(PREFIX):
        return None
    data = event.get("data")
    found = data.get("id") if isinstance(data, dict) else None
    return found if isinstance(found, str) else None
