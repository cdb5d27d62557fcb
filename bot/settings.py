"""What the operator decides: environment variables, read and checked once, and nowhere else."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from dotenv import dotenv_values

from bot.errors import SettingsError
from bot.key_file import keys_in
from bot.variables import Variables

_OPENAI = "https://api.openai.com/v1"
#: The regions of OpenAI's data residency have hosts of their own.
_REGIONS = tuple(f"https://{region}.api.openai.com/v1" for region in ("us", "eu", "ae", "au", "in", "jp"))
#: 32 characters of a random key are at least 128 bits, even in hexadecimal.
_KEY_LENGTH = 32
_MAKE_KEY = 'make one with python3 -c "import secrets; print(secrets.token_urlsafe(32))"'
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_SQLITE = ("sqlite", "sqlite+aiosqlite")
_POSTGRESQL = ("postgres", "postgresql", "postgresql+psycopg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting, checked; what is secret stays out of the repr."""

    slack_bot_token: str | None = field(repr=False)
    #: Two while the secret is being rotated.
    slack_signing_secrets: tuple[str, ...] = field(repr=False)
    slack_app_token: str | None = field(repr=False)
    slack_api_url: str
    openai_api_key: str | None = field(repr=False)
    openai_org_id: str | None
    openai_base_url: str
    #: The only base URLs that a connection may have.
    openai_allowed_base_urls: tuple[str, ...]
    #: A SQLite file (absolute), or PostgreSQL as the operator wrote it.
    database_url: str = field(repr=False)
    #: The first one encrypts; all of them decrypt.
    secret_keys: tuple[str, ...] = field(repr=False)
    #: Where the key is kept when BOT_SECRET_KEY is not set, and whether this very start made it.
    secret_key_file: Path | None
    secret_key_made: bool = False
    host: str
    port: int
    log_level: str
    #: Where the bot keeps files of its own.
    data_dir: Path

    @property
    def slack_ready(self) -> bool:
        """Whether the bot can join a workspace: it has a token to speak with and a way to listen."""
        return bool(self.slack_bot_token and (self.slack_signing_secrets or self.slack_app_token))

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment: by default the process's own, over a `.env` file in the working directory.

        The first local run makes the key file. Raises SettingsError with one line a variable that is wrong.
        """
        if environment is None:
            environment = {**_dotenv(), **os.environ}  # noqa: TID251 - this is the one place
        variables = Variables(environment)
        file = _sqlite_file(
            variables, url := variables.get("DATABASE_URL", "sqlite:///.patchbay/patchbay.db")
        )
        data_dir = file.parent if file else Path.cwd() / ".patchbay"
        keys = variables.secrets("BOT_SECRET_KEY")
        variables.least("BOT_SECRET_KEY", keys, _KEY_LENGTH, _MAKE_KEY)
        if not keys and url.startswith(_POSTGRESQL):
            variables.problem("BOT_SECRET_KEY", "is missing, and PostgreSQL needs it", _MAKE_KEY)
        base_url = variables.url("OPENAI_BASE_URL", variables.get("OPENAI_BASE_URL", _OPENAI), "/v1")
        allowed = variables.listed("OPENAI_ALLOWED_BASE_URLS")
        allowed = tuple(variables.url("OPENAI_ALLOWED_BASE_URLS", each, "/v1") for each in allowed)
        slack_url = variables.get("SLACK_API_URL", "https://slack.com/api/")
        settings = cls(
            slack_bot_token=variables.secret("SLACK_BOT_TOKEN", "xoxb-"),
            slack_signing_secrets=variables.secrets("SLACK_SIGNING_SECRET"),
            slack_app_token=variables.secret("SLACK_APP_TOKEN", "xapp-"),
            slack_api_url=variables.url("SLACK_API_URL", slack_url, "/api/"),
            openai_api_key=variables.secret("OPENAI_API_KEY"),
            openai_org_id=variables.secret("OPENAI_ORG_ID"),
            openai_base_url=base_url,
            openai_allowed_base_urls=tuple(dict.fromkeys((_OPENAI, *_REGIONS, base_url, *allowed))),
            database_url=f"sqlite:///{file}" if file else url,
            secret_keys=keys,
            secret_key_file=data_dir / "secret.key" if file and not keys else None,
            host=variables.get("HOST", "127.0.0.1"),
            port=variables.port("PORT", 3000),
            log_level=variables.choice("LOG_LEVEL", "INFO", _LEVELS),
            data_dir=data_dir,
        )
        _check_slack(variables, settings)
        variables.finish()
        return settings._with_key_file()

    def _with_key_file(self) -> "Settings":
        """The same with the keys of the key file, where the key is kept in one."""
        if self.secret_key_file is None:
            return self
        keys, made = keys_in(self.secret_key_file)
        variables = Variables({})
        variables.least(str(self.secret_key_file), keys, _KEY_LENGTH, _MAKE_KEY)
        variables.finish()
        return replace(self, secret_keys=keys, secret_key_made=made)


def environment(**more: str) -> dict[str, str]:
    """The environment for a process of ours: this one's, with more variables."""
    return {**os.environ, **more}  # noqa: TID251 - this is the one place


def _dotenv() -> dict[str, str]:
    """What `.env` says, literally: a `$` in a secret refers to nothing."""
    try:
        return {name: value or "" for name, value in dotenv_values(".env", interpolate=False).items()}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f".env cannot be read ({type(error).__name__}): make it a UTF-8 text file."
        ) from None


def _sqlite_file(variables: Variables, url: str) -> Path | None:
    """The SQLite database's file, absolute; None for PostgreSQL."""
    scheme, _, rest = url.partition("://")
    path = rest.partition("?")[0]
    if scheme in _SQLITE and path.startswith("/") and path.strip("/") and ":memory:" not in path:
        return Path.cwd() / path[1:]
    if scheme not in _POSTGRESQL:
        variables.problem(
            "DATABASE_URL",
            "is neither PostgreSQL nor a SQLite file",
            "use postgresql://user:password@host/database or sqlite:///path/to/file.db",
        )
    return None


def _check_slack(variables: Variables, settings: Settings) -> None:
    """Half a set of credentials is a mistake, not a wish to go without Slack."""
    listens = settings.slack_signing_secrets or settings.slack_app_token
    if settings.slack_bot_token and not listens:
        fix = "set one of them, or the bot cannot hear Slack"
        variables.problem("SLACK_APP_TOKEN", "and SLACK_SIGNING_SECRET are both missing", fix)
    if listens and not settings.slack_bot_token:
        fix = "copy it from the app's page “Install App”; it starts with xoxb-"
        variables.problem("SLACK_BOT_TOKEN", "is missing", fix)
