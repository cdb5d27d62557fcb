"""The failures that a person reads; everything else is a bug.

BotError                     text = the class docstring unless one is given
├── SettingsError            a variable is missing or wrong
├── Invalid                  what was typed is wrong; names the field
├── NotFound                 no such thing in this workspace
├── Forbidden                this person may not; says who can help
├── NoConnection             the workspace has no OpenAI connection yet
├── Interrupted              the process died or was stopped in the middle
├── Unavailable              our own store cannot keep anything now
└── ApiError                 OpenAI said no, or said nothing
    ├── KeyRefused           401
    ├── AccessDenied         403
    ├── ModelGone            404 model_not_found
    ├── MissingAtApi         404
    ├── RequestRefused       400, 409, 413, 422: the request is wrong
    ├── RateLimited          429 that passes by waiting
    ├── QuotaExhausted       429 that does not
    ├── ApiDown              5xx
    ├── ApiUnreachable       no connection; nothing was done
    ├── ApiTimeout           no answer in time; may have been done
    └── ApiBroken            an answer that is no answer: cut, not JSON, too large
"""


class BotError(Exception):
    """Something went wrong."""

    #: Whether the same request can succeed later (once somebody helped): **Try again** is offered.
    again = False
    #: The run that it ended, where there is one: what was asked for can be changed and asked again.
    run: str | None = None

    def __init__(self, text: str | None = None, *, field: str | None = None) -> None:
        super().__init__(text or type(self).__doc__ or "")
        self.text = text or (type(self).__doc__ or "").strip().splitlines()[0]
        self.field = field


class SettingsError(BotError):
    """A setting is missing or wrong."""


class Invalid(BotError):
    """Something in this request is not right."""

    def __init__(
        self, text: str | None = None, *, field: str | None = None, problems: dict[str, str] | None = None
    ) -> None:
        self.problems = problems or ({field: text} if field and text else {})
        first = next(iter(self.problems.items()), (field, text))
        super().__init__(text or first[1], field=field or first[0])


class NotFound(BotError):
    """There is no such thing in this workspace."""


class Forbidden(BotError):
    """You are not allowed to do this. A workspace admin can do it, or allow you to."""


class NoConnection(BotError):
    """This workspace has no OpenAI connection yet. A workspace admin can add one with `/openai connect`."""

    again = True


class Interrupted(BotError):
    """This was interrupted before it was finished."""

    again = True


class Unavailable(BotError):
    """The bot cannot store anything right now, so nothing was done. Please try again in a minute."""

    again = True


class ApiError(BotError):
    """OpenAI did not accept the request."""

    def __init__(
        self,
        text: str | None = None,
        *,
        status: int | None = None,
        kind: str | None = None,
        code: str | None = None,
        param: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(text, field=param)
        self.status = status
        self.kind = kind
        self.code = code
        self.param = param
        self.request_id = request_id
        self.retry_after = retry_after


class KeyRefused(ApiError):
    """OpenAI refused the API key of this connection. An admin can replace it with `/openai connect`."""

    again = True


class AccessDenied(ApiError):
    """OpenAI does not allow this with the key of this connection. Use another one, or ask its owner."""


class ModelGone(ApiError):
    """This model does not exist any more, or the connection has no access to it. Choose another one."""


class MissingAtApi(ApiError):
    """OpenAI knows nothing under this ID or path. Check it; it may be gone, or belong to another account."""


class RequestRefused(ApiError):
    """OpenAI does not take the request as it is. Change what it names here."""


class RateLimited(ApiError):
    """OpenAI is limiting how fast this connection may ask. Try again in a moment."""

    again = True


class QuotaExhausted(ApiError):
    """The OpenAI account of this connection has no credit or budget left. Its owner can add some."""

    again = True


class ApiDown(ApiError):
    """OpenAI has a problem at its side. Try again in a moment."""

    again = True


class ApiUnreachable(ApiError):
    """OpenAI could not be reached. Nothing was sent; try again."""

    again = True


class ApiTimeout(ApiError):
    """OpenAI did not answer in time."""

    again = True


class ApiBroken(ApiError):
    """OpenAI's answer broke off or could not be read."""

    again = True
