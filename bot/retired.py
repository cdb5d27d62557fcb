"""What OpenAI retired and other servers may still have: whether to try it, and what says it is gone."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from bot.errors import ApiError, MissingAtApi, ModelGone, RequestRefused
from bot.openai import Api, Model, newest

OPENAI = "api.openai.com"  # and its regions, such as eu.api.openai.com


def may_remain(api: Api) -> bool:
    """Whether the API behind this connection may still have it: every API but OpenAI's own."""
    host = urlsplit(api.account.base_url).hostname or ""
    return host != OPENAI and not host.endswith(f".{OPENAI}")


def is_gone(refusal: ApiError) -> bool:
    """Whether a refusal says that the endpoint is not there, or that it does not serve this model."""
    if isinstance(refusal, MissingAtApi | ModelGone) or refusal.status in {405, 501}:
        return True
    return isinstance(refusal, RequestRefused) and refusal.param == "model"


async def chat_model(api: Api, models: Sequence[Model] | None = None) -> str:
    """The chat model that takes over where nobody chose one; `models` where the account's are known.

    Raises ModelGone where there is none.
    """
    found = newest(await api.models() if models is None else models, "chat")
    if found is None:
        raise ModelGone("This connection has no chat model that could do this instead. Name a model.")
    return found.id
