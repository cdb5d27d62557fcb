"""The API's errors: what a handler raises and the body that a client receives for it."""

from starlette.responses import JSONResponse

INVALID = "invalid_request_error"


class ApiError(Exception):
    """An answer that is an error; `headers` go out with it (for example Retry-After)."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str = INVALID,  # noqa: A002 - the name that the API's body has
        code: str | None = None,
        param: str | None = None,
        headers: dict[str, str] | None = None,
        extra: dict[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.type, self.code, self.param = status, message, type, code, param
        self.headers = headers or {}
        self.extra = extra or {}

    def body(self) -> dict[str, object]:
        """The JSON of the answer: four members that are always there, and rare extra ones."""
        error = {"message": self.message, "type": self.type, "param": self.param, "code": self.code}
        return {"error": {**error, **self.extra}}

    def response(self) -> JSONResponse:
        """The answer itself."""
        return JSONResponse(self.body(), status_code=self.status, headers=self.headers)


def invalid(message: str, param: str | None, code: str | None = "invalid_value") -> ApiError:
    """A 400 about one parameter."""
    return ApiError(400, message, code=code, param=param)


def not_found(message: str, param: str | None = "id", code: str | None = None) -> ApiError:
    """A 404 about an object: "No such File object: file-…"."""
    return ApiError(404, message, code=code, param=param)


def unsupported_parameter(name: str, hint: str = "") -> ApiError:
    """A 400 for a parameter that this model does not take; `hint` is a sentence about what to use."""
    text = f"Unsupported parameter: '{name}' is not supported with this model."
    return invalid(f"{text} {hint}".strip(), name, "unsupported_parameter")


def unsupported_value(name: str, message: str) -> ApiError:
    """A 400 for a value that this model does not take."""
    return invalid(f"Unsupported value: {message}", name, "unsupported_value")
