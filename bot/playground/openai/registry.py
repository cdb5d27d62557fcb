"""The models that this API knows: ids, owners, dates of creation and shutdown, endpoints."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from bot.playground.openai.check import listing
from bot.playground.openai.errors import ApiError, invalid

# family: kind, shutdown date ("" = none announced), then id@created[>snapshot that an alias answers as].
# The dates of shutdown are those of the deprecations page in November 2026.
TABLE = """
chat - gpt-6.2-sol@2026-11-05 gpt-6.2-astra@2026-11-05 gpt-6.1-sol@2026-09-22 gpt-6.1-terra@2026-09-22
chat - gpt-6-astra@2026-08-04 gpt-6-sol@2026-08-04 gpt-6-luna@2026-08-04
chat - gpt-5.6-sol@2026-06-09 gpt-5.6-terra@2026-06-09 gpt-5.6-luna@2026-06-09
chat - gpt-5.5@2026-04-23>gpt-5.5-2026-04-23 gpt-5.5-2026-04-23@2026-04-23 gpt-5.4@2026-03-05
chat - gpt-5.4-mini@2026-03-17>gpt-5.4-mini-2026-03-17 gpt-5.4-mini-2026-03-17@2026-03-17
chat 2027-04-01 gpt-5.4-nano@2026-03-17>gpt-5.4-nano-2026-03-17 gpt-5.4-nano-2026-03-17@2026-03-17
chat - gpt-5.2@2025-12-11>gpt-5.2-2025-12-11 gpt-5.2-2025-12-11@2025-12-11 gpt-5-search-api@2025-10-14
chat 2027-04-01 gpt-5.1@2025-11-13>gpt-5.1-2025-11-13 gpt-5.1-2025-11-13@2025-11-13
chat 2026-12-11 gpt-5@2025-08-05>gpt-5-2025-08-07 gpt-5-2025-08-07@2025-08-01 o3@2025-04-09>o3-2025-04-16
chat 2026-12-11 gpt-5-mini@2025-08-05>gpt-5-mini-2025-08-07 gpt-5-mini-2025-08-07@2025-08-05
chat 2026-12-11 gpt-5-nano@2025-08-05>gpt-5-nano-2025-08-07 gpt-5-nano-2025-08-07@2025-08-05
chat 2026-12-11 o3-2025-04-16@2025-04-08
chat 2027-01-14 gpt-4.1@2025-04-10>gpt-4.1-2025-04-14 gpt-4.1-2025-04-14@2025-04-10
chat 2027-01-14 gpt-4.1-mini@2025-04-10>gpt-4.1-mini-2025-04-14 gpt-4.1-mini-2025-04-14@2025-04-10
chat 2027-01-14 gpt-4o@2024-05-10>gpt-4o-2024-08-06 gpt-4o-2024-08-06@2024-08-04 gpt-4o-2024-11-20@2025-02-12
chat 2027-01-14 gpt-4o-mini@2024-07-16>gpt-4o-mini-2024-07-18 gpt-4o-mini-2024-07-18@2024-07-16
chat - gpt-audio-1.5@2026-02-23
chat 2027-01-20 gpt-audio@2025-08-27>gpt-audio-2025-08-28 gpt-audio-2025-08-28@2025-08-27
chat 2027-01-20 gpt-audio-mini@2025-10-03>gpt-audio-mini-2025-12-15 gpt-audio-mini-2025-12-15@2025-12-14
chat 2026-10-23 gpt-4.1-nano@2025-04-10 gpt-4.1-nano-2025-04-14@2025-04-10 o4-mini@2025-04-09
chat 2026-10-23 o3-mini@2025-01-17 o4-mini-2025-04-16@2025-04-08 o3-mini-2025-01-31@2025-01-27
chat 2026-10-23 o1@2024-12-16 o1-2024-12-17@2024-12-16
chat 2026-10-23 gpt-4o-2024-05-13@2024-05-10 gpt-4-turbo@2024-04-05 gpt-4-turbo-2024-04-09@2024-04-08
chat 2026-10-23 gpt-4-1106-preview@2023-11-02 gpt-4@2023-06-27 gpt-4-0613@2023-06-12
chat 2026-10-23 gpt-3.5-turbo@2023-02-28 gpt-3.5-turbo-0125@2024-01-23
chat 2026-09-28 gpt-3.5-turbo-1106@2023-11-02
chat 2026-08-10 gpt-5.2-chat-latest@2025-12-11 gpt-5.3-chat-latest@2026-03-03
chat 2026-07-23 gpt-5.1-chat-latest@2025-11-13 gpt-5-chat-latest@2025-08-05 gpt-4o-search-preview@2025-03-11
chat 2026-05-07 gpt-4o-audio-preview@2024-09-27 gpt-4o-mini-audio-preview@2024-12-16
chat 2026-03-26 gpt-4-0314@2023-03-14 gpt-4-0125-preview@2024-01-23 gpt-4-turbo-preview@2024-01-23
chat 2026-02-17 chatgpt-4o-latest@2024-08-13
responses - gpt-5.5-pro@2026-04-23 gpt-5.2-pro@2025-12-11 gpt-5.1-codex-max@2025-12-04
responses 2026-12-11 gpt-5-pro@2025-10-06 o3-pro@2025-05-28
responses 2027-04-01 gpt-5.3-codex@2026-02-05
responses 2026-07-23 gpt-5.1-codex@2025-11-13
completion 2026-09-28 gpt-3.5-turbo-instruct@2023-08-24 babbage-002@2023-08-21 davinci-002@2023-08-21
edit 2024-01-04 text-davinci-edit-001@2022-04-20 code-davinci-edit-001@2022-04-20
moderation - omni-moderation-latest@2024-11-15>omni-moderation-2024-09-26
moderation - omni-moderation-2024-09-26@2024-11-27
moderation 2025-10-27 text-moderation-latest@2023-06-01 text-moderation-stable@2023-06-01
embedding - text-embedding-3-small@2024-01-22 text-embedding-3-large@2024-01-22
embedding - text-embedding-ada-002@2022-12-16
image - gpt-image-2.6-sunburst@2026-10-20 gpt-image-2.6-flare@2026-10-20
image - gpt-image-2.5-sunburst@2026-09-08 gpt-image-2.5-sunburst-2026-09-08@2026-09-08
image - gpt-image-2.5-flare@2026-09-08 gpt-image-2.5-flare-2026-09-08@2026-09-08
image - gpt-image-2@2026-04-21 gpt-image-2-2026-04-21@2026-04-21
image 2026-12-01 gpt-image-1.5@2025-12-16 gpt-image-1-mini@2025-10-06 chatgpt-image-latest@2025-12-16
image 2026-10-23 gpt-image-1@2025-04-24
image 2026-05-12 dall-e-2@2023-11-01 dall-e-3@2023-10-31
transcription - gpt-transcribe@2026-08-26
transcription 2027-02-26 whisper-1@2023-02-27 gpt-4o-transcribe@2025-03-15 gpt-4o-mini-transcribe@2025-03-15
transcription 2027-02-26 gpt-4o-mini-transcribe-2025-12-15@2025-12-13 gpt-4o-transcribe-diarize@2025-06-24
speech 2027-01-06 tts-1@2023-04-19 tts-1-hd@2023-11-03 gpt-4o-mini-tts@2025-03-19
speech 2027-01-06 gpt-4o-mini-tts-2025-12-15@2025-12-13
realtime - gpt-realtime-2.1@2026-05-12 gpt-realtime-2.1-mini@2026-05-12
"""

OWNERS = {
    "gpt-3.5-turbo": "openai",
    "gpt-4": "openai",
    "gpt-4-0613": "openai",
    "whisper-1": "openai-internal",
}


@dataclass(frozen=True, slots=True)
class Model:
    """One model: `kind` says which endpoints it serves, `snapshot` is the name that its answers carry."""

    id: str
    kind: str
    created: int
    owned_by: str = "system"
    shutdown: date | None = None
    snapshot: str = ""
    base: str = ""
    organization: str = ""

    def is_shut(self, now: float) -> bool:
        """Whether the day of its shutdown has come."""
        return self.shutdown is not None and datetime.fromtimestamp(now, UTC).date() >= self.shutdown

    def is_for(self, now: float, organization: str, *, compat: bool) -> bool:
        """Whether this organization can use it now; `compat` brings back those of the retired endpoints."""
        if self.organization not in {"", organization}:
            return False
        return not self.is_shut(now) or (compat and self.kind in {"completion", "edit"})

    def json(self) -> dict[str, object]:
        """The object that GET /models lists."""
        until = self.shutdown.isoformat() if self.shutdown else None
        return {
            "id": self.id,
            "object": "model",
            "created": self.created,
            "owned_by": self.owned_by,
            "shutdown_date": until,
        }


def seconds(day: str) -> int:
    """An ISO day as unix seconds."""
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


def _models() -> Iterator[Model]:
    for line in TABLE.strip().splitlines():
        kind, until, *names = line.split()
        for entry in names:
            name, _, created = entry.partition("@")
            created, _, snapshot = created.partition(">")
            shutdown = None if until == "-" else date.fromisoformat(until)
            yield Model(name, kind, seconds(created), OWNERS.get(name, "system"), shutdown, snapshot or name)


class Registry:
    """The models by id; fine-tuned ones are added while the server runs and belong to an organization."""

    def __init__(self) -> None:
        self.models = {model.id: model for model in _models()}

    def available(self, now: float, organization: str, *, compat: bool = False) -> list[Model]:
        """What GET /models lists for this organization: nothing that is shut down or another's."""
        return [model for model in self.models.values() if model.is_for(now, organization, compat=compat)]

    def find(self, model_id: object, now: float, organization: str, *, compat: bool = False) -> Model:
        """The model, or a 404 model_not_found when unknown, shut down or another organization's."""
        model = self.models.get(model_id) if isinstance(model_id, str) else None
        if model is None or not model.is_for(now, organization, compat=compat):
            raise unknown_model(model_id, was=model is not None and model.is_shut(now))
        return model

    def serving(
        self, model_id: object, kind: str, now: float, organization: str, *, compat: bool = False
    ) -> Model:
        """The model, when it serves endpoints of this kind; else the API's refusal."""
        model = self.find(model_id, now, organization, compat=compat)
        if model.kind == kind:
            return model
        if kind == "chat" and model.kind == "responses":
            text = "This model is only supported in v1/responses and not in v1/chat/completions."
            raise ApiError(404, text, param="model")
        if kind == "chat":
            text = "This is not a chat model and thus not supported in the v1/chat/completions endpoint."
            raise ApiError(404, f"{text} Did you mean to use v1/completions?", param="model")
        if kind == "completion":
            text = "This is a chat model and not supported in the v1/completions endpoint."
            raise ApiError(404, f"{text} Did you mean to use v1/chat/completions?", param="model")
        if kind == "embedding":
            raise ApiError(403, "You are not allowed to generate embeddings from this model")
        values = [one.id for one in self.available(now, organization) if one.kind == kind]
        raise invalid(f"Invalid value: '{model.id}'. Supported values are: {listing(values)}.", "model")

    def add_fine_tuned(self, model_id: str, base: str, created: int, organization: str) -> Model:
        """Keep a fine-tuned model, which serves what its base serves and dies with it."""
        parent = self.models[base]
        model = Model(
            model_id, parent.kind, created, organization, parent.shutdown, model_id, parent.id, organization
        )
        self.models[model_id] = model
        return model

    def delete(self, model_id: str, now: float, organization: str) -> None:
        """Forget a fine-tuned model of this organization; anything else is refused."""
        model = self.find(model_id, now, organization)
        if not model.organization:
            text = "The model cannot be deleted: only fine-tuned models that your organization owns can be."
            raise ApiError(403, text, param="model")
        del self.models[model_id]


def unknown_model(model_id: object, *, was: bool = False) -> ApiError:
    """The 404 for a model that is not there (`was`: not there any more)."""
    text = f"The model `{model_id}` does not exist or you do not have access to it."
    if was:
        text = f"The model `{model_id}` has been deprecated, learn more here: https://platform.openai.com/docs/deprecations"
    return ApiError(404, text, code="model_not_found", param="model" if was else None)


def family(model: Model) -> str:
    """The base id without its date: what the parameter rules go by ("gpt-4o-mini", "gpt-6-luna")."""
    return re.sub(r"-\d{4}-\d{2}-\d{2}$", "", model.base or model.id)
