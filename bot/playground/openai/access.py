"""Who may call: keys, organizations, projects and scopes, checked from a request's headers."""

from dataclasses import dataclass

from starlette.datastructures import Headers

from bot.playground.openai.errors import ApiError

KEYS_PAGE = "https://platform.openai.com/account/api-keys"
# What the API answers for an account that cannot pay, by code (all of type insufficient_quota).
QUOTA = {
    "credit_balance_exhausted": "You have run out of credits. Add credits at "
    "https://platform.openai.com/settings/organization/billing to continue.",
    "organization_spend_limit_exceeded": "Your organization has reached its monthly spend limit.",
    "project_spend_limit_exceeded": "Your project has reached its monthly spend limit.",
    "organization_usage_limit_exceeded": "Your organization has reached its usage limit.",
    "insufficient_quota": "You exceeded your current quota, please check your plan and billing details.",
    "billing_hard_limit_reached": "Billing hard limit has been reached.",
    "billing_not_active": "Your account is not active, please check your billing details on our website.",
}


@dataclass(slots=True)
class Key:
    """An API key and what it may do; `scopes` None means everything, `quota` a code of QUOTA or None."""

    secret: str
    organization: str
    project: str
    owner: bool = True
    scopes: frozenset[str] | None = None
    scope_status: int = 401  # reported as 401 by most accounts and as 403 by some
    revoked: bool = False
    quota: str | None = None
    requests_per_minute: int = 1_000_000
    tokens_per_minute: int = 1_000_000_000

    def __repr__(self) -> str:
        return f"Key({masked(self.secret)}, {self.organization}, {self.project})"


def masked(secret: str) -> str:
    """A key as error messages show it: its first eight and last four characters."""
    if len(secret) < 16:
        return "*" * len(secret)
    return f"{secret[:8]}{'*' * (len(secret) - 12)}{secret[-4:]}"


def authorize(keys: dict[str, Key], organizations: set[str], headers: Headers, scope: str) -> Key:
    """The key that a request carries, when it is good for this scope and the headers agree with it."""
    sent = headers.get("authorization", "")
    scheme, _, secret = sent.partition(" ")
    secret = secret.strip()
    if scheme.lower() != "bearer" or not secret:
        text = (
            "You didn't provide an API key. You need to provide your API key in an Authorization header "
            "using Bearer auth (i.e. Authorization: Bearer YOUR_KEY). You can obtain an API key from "
        )
        raise ApiError(401, f"{text}{KEYS_PAGE}.")
    key = keys.get(secret)
    if key is None or key.revoked:
        text = f"Incorrect API key provided: {masked(secret)}. You can find your API key at {KEYS_PAGE}."
        raise ApiError(401, text, code="invalid_api_key")
    _same_account(key, organizations, headers)
    if key.scopes is not None and scope not in key.scopes:
        text = (
            f"You have insufficient permissions for this operation. Missing scopes: {scope}. Check that you "
            "have the correct role in your organization (Reader, Writer, Owner) and project (Member, Owner), "
            "and if you're using a restricted API key, that it has the necessary scopes."
        )
        raise ApiError(key.scope_status, text, code="missing_scope" if key.scope_status == 403 else None)
    return key


def _same_account(key: Key, organizations: set[str], headers: Headers) -> None:
    organization, project = headers.get("openai-organization"), headers.get("openai-project")
    if organization and organization not in organizations:
        raise ApiError(400, f"No such organization: {organization}.", code="invalid_organization")
    if organization and organization != key.organization:
        text = "OpenAI-Organization header should match organization for API key"
        raise ApiError(401, text, code="mismatched_organization")
    if project and project != key.project:
        text = "OpenAI-Project header should match project for API key"
        raise ApiError(401, text, code="mismatched_project")


def check_quota(key: Key) -> None:
    """Refuse what costs money when the account cannot pay."""
    if key.quota is not None:
        raise ApiError(429, QUOTA[key.quota], type="insufficient_quota", code=key.quota)
