"""Proves that settings are read right, and that what is wrong is said in words one can act on."""

import os
import stat
import threading
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.key_file import keys_in
from bot.settings import Settings

KEY = "k" * 32


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def problems(**variables: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        Settings.read(variables)
    return caught.value.text.splitlines()


def test_an_empty_environment_gives_a_bot_that_runs_on_this_machine(here: Path) -> None:
    settings = Settings.read({})
    assert settings.database_url == f"sqlite:///{here}/.patchbay/patchbay.db"
    assert settings.data_dir == here / ".patchbay"
    assert (settings.host, settings.port, settings.log_level) == ("127.0.0.1", 3000, "INFO")
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.openai_base_url == "https://api.openai.com/v1"
    assert "https://eu.api.openai.com/v1" in settings.openai_allowed_base_urls
    assert not settings.slack_ready


def test_the_first_local_run_makes_a_key_and_the_second_finds_it(here: Path) -> None:
    first, second = Settings.read({}), Settings.read({})
    file = here / ".patchbay" / "secret.key"
    assert first.secret_key_file == second.secret_key_file == file
    assert (first.secret_key_made, second.secret_key_made) == (True, False)
    assert first.secret_keys == second.secret_keys
    assert len(first.secret_keys[0]) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["secret.key"]


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    file, found = tmp_path / "new" / "secret.key", []
    threads = [threading.Thread(target=lambda: found.append(keys_in(file))) for _ in range(16)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 16
    assert len({keys for keys, _ in found}) == 1
    assert sum(made for _, made in found) == 1


def test_a_key_file_open_to_others_is_refused_with_the_command_that_closes_it(here: Path) -> None:
    file = Settings.read({}).secret_key_file
    assert file
    file.chmod(0o644)
    assert problems() == [f"{file} can be read by other people: run chmod 600 '{file}'."]


def test_an_empty_or_short_key_file_is_never_replaced(here: Path) -> None:
    file = Settings.read({}).secret_key_file
    assert file
    file.write_text("\n")
    assert "is empty" in problems()[0]
    file.write_text("short")
    assert "fewer than 32 characters" in problems()[0]
    assert file.read_text() == "short"


def test_a_key_file_that_cannot_be_made_names_the_variable_to_set(here: Path) -> None:
    (here / "file").write_text("")
    (text,) = problems(DATABASE_URL="sqlite:///file/patchbay.db")
    assert text.startswith("BOT_SECRET_KEY is not set, and ")
    assert "cannot be made or read (File exists)" in text


def test_postgresql_without_a_key_is_told_how_to_make_one() -> None:
    for url in ("postgres://u:p@db/bot", "postgresql:///bot?host=/run", "postgresql+psycopg://db/bot"):
        (text,) = problems(DATABASE_URL=url)
        assert "BOT_SECRET_KEY is missing" in text
        assert "secrets.token_urlsafe" in text
        assert Settings.read({"DATABASE_URL": url, "BOT_SECRET_KEY": KEY}).database_url == url


def test_keys_and_signing_secrets_can_be_rotated() -> None:
    settings = Settings.read(
        {
            "BOT_SECRET_KEY": f"{KEY}, {'o' * 40}",
            "SLACK_SIGNING_SECRET": "new,old",
            "SLACK_BOT_TOKEN": "xoxb-1",
        }
    )
    assert settings.secret_keys == (KEY, "o" * 40)
    assert settings.secret_key_file is None
    assert settings.slack_signing_secrets == ("new", "old")
    assert settings.slack_ready


def test_every_problem_is_said_at_once_with_its_variable_and_without_its_value() -> None:
    wrong = {
        "SLACK_BOT_TOKEN": "xoxp-personal",
        "SLACK_APP_TOKEN": "xoxb-swapped",
        "SLACK_API_URL": "https://slack.test",
        "OPENAI_BASE_URL": "ftp://openai.test/v1",
        "OPENAI_API_KEY": "sk-two words",
        "BOT_SECRET_KEY": "too-short-to-be-safe",
        "DATABASE_URL": "mysql://user:hunter2@db/bot",
        "PORT": "65536",
        "LOG_LEVEL": "loud",
    }
    lines = problems(**wrong)
    assert {line.split()[0] for line in lines} == set(wrong)
    assert not [value for value in wrong.values() if value in "\n".join(lines)]


@pytest.mark.parametrize("port", ["0", "-1", "abc", "1e3", "99999", "٣٠٠٠", "3000.0"])
def test_what_is_no_port_is_refused(port: str) -> None:
    assert problems(PORT=port) == ["PORT is not a port: give a number from 1 to 65535."]


@pytest.mark.parametrize(
    "url",
    [
        "api.test/v1",
        "https:///v1",
        "https://user:pass@api.test/v1",
        "https://api.test/v1?key=1",
        "https://api.test/#/v1",
        "https://api.test/v1/chat",
        "https://api.test:99999/v1",
        "https://api.test\\@evil.test/v1",
        "https://api .test/v1",
    ],
)
def test_an_address_that_could_be_read_in_two_ways_is_refused(url: str) -> None:
    (line,) = problems(OPENAI_BASE_URL=url)
    assert line.startswith("OPENAI_BASE_URL is not an http(s) address that ends in /v1")


def test_only_addresses_that_the_operator_names_are_allowed() -> None:
    settings = Settings.read(
        {
            "OPENAI_BASE_URL": "http://127.0.0.1:9000/v1/",
            "OPENAI_ALLOWED_BASE_URLS": "https://gateway.test/openai/v1, https://api.openai.com/v1",
            "SLACK_API_URL": "http://[::1]:9001/api",
        }
    )
    assert settings.openai_base_url == "http://127.0.0.1:9000/v1"
    assert settings.slack_api_url == "http://[::1]:9001/api/"
    allowed = settings.openai_allowed_base_urls
    assert allowed[-2:] == ("http://127.0.0.1:9000/v1", "https://gateway.test/openai/v1")
    assert len(allowed) == len(set(allowed)) == 9


@pytest.mark.parametrize(
    "half", [{"SLACK_BOT_TOKEN": "xoxb-1"}, {"SLACK_APP_TOKEN": "xapp-1"}, {"SLACK_SIGNING_SECRET": "abc"}]
)
def test_half_a_set_of_slack_credentials_is_a_mistake(half: dict[str, str]) -> None:
    (line,) = problems(**half)
    assert "missing" in line


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:////", "patchbay.db"]
)
def test_a_database_that_would_forget_everything_is_refused(url: str) -> None:
    (line,) = problems(DATABASE_URL=url)
    assert line.startswith("DATABASE_URL is neither")


def test_a_sqlite_file_may_be_anywhere(here: Path) -> None:
    elsewhere = here / "else where"
    settings = Settings.read({"DATABASE_URL": f"sqlite+aiosqlite:///{here}/else where/bot.db"})
    assert settings.database_url == f"sqlite:///{elsewhere}/bot.db"
    assert settings.secret_key_file == elsewhere / "secret.key"


def test_dotenv_gives_way_to_the_real_environment(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "HOST", "DATABASE_URL", "BOT_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    (here / ".env").write_text(f'PORT=4000\nHOST="0.0.0.0"\nBOT_SECRET_KEY={KEY}$HOME${{HOME}}\n')
    monkeypatch.setenv("PORT", "5000")
    settings = Settings.read()
    assert (settings.port, settings.host) == (5000, "0.0.0.0")
    assert settings.secret_keys == (f"{KEY}$HOME${{HOME}}",)
    assert "BOT_SECRET_KEY" not in os.environ  # noqa: TID251 - that reading changes nothing is the point


def test_a_dotenv_that_is_no_text_is_named(here: Path) -> None:
    (here / ".env").write_bytes(b"PORT=\xff\xfe")
    with pytest.raises(SettingsError, match=r"^\.env cannot be read"):
        Settings.read()


def test_no_secret_shows_in_the_repr() -> None:
    secrets = {
        "SLACK_BOT_TOKEN": "xoxb-hidden",
        "SLACK_SIGNING_SECRET": "hidden-signing",
        "SLACK_APP_TOKEN": "xapp-hidden",
        "OPENAI_API_KEY": "sk-hidden",
        "BOT_SECRET_KEY": "hidden" * 6,
        "DATABASE_URL": "postgresql://user:hidden@db/bot",
    }
    assert "hidden" not in repr(Settings.read(secrets))
