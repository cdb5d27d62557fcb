"""Modules at the terminal: by a key of the environment, by a connection of the database, or not at all."""

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli import main
from bot.modules import ALL
from bot.modules.image_edit import EXAMPLE as PICTURE
from bot.playground.clock import Clock
from bot.playground.openai.api import Api, build
from bot.playground.server import bind, serving
from bot.settings import Settings
from bot.store import Store, migrate
from bot.terminal import run

SECRET = "a-secret-of-the-tests-which-opens-nothing-elsewhere"


@dataclass
class Terminal:
    """A terminal in a directory of its own, and the API that it reaches."""

    api: Api
    environment: dict[str, str]
    capsys: pytest.CaptureFixture[str]

    async def __call__(self, *words: str, **environment: str) -> tuple[int, str, str]:
        """Exit status, stdout and stderr."""
        status = await run(words, {**self.environment, **environment})
        said = self.capsys.readouterr()
        return status, said.out, said.err


@pytest.fixture
async def terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> AsyncIterator[Terminal]:
    monkeypatch.chdir(tmp_path)
    api = Api(Clock(), seed=1)
    async with serving(build(api), bind(0)) as root:
        environment = {
            "OPENAI_API_KEY": api.key.secret,
            "OPENAI_BASE_URL": f"{root}/v1",
            "BOT_SECRET_KEY": SECRET,
            "DATABASE_URL": "sqlite:///patchbay.db",
        }
        yield Terminal(api, environment, capsys)


@pytest.fixture
def workspace(terminal: Terminal) -> Callable[[str], Awaitable[None]]:
    """Makes a workspace in the database, as the bot does when it joins one."""

    async def make(name: str) -> None:
        url = Settings.read(terminal.environment).database_url
        await migrate(url)
        store = await Store.open(url, [SECRET])
        async with store.begin() as unit:
            await unit.workspaces.ensure(name, name.lower(), "UBOT", "B1")
        await store.close()

    return make


async def test_an_answer_alone_goes_to_stdout(terminal: Terminal) -> None:
    status, out, err = await terminal("chat", "Say", "hello", "--model", "gpt-6-luna")
    assert status == 0
    assert "hello" in out
    assert err.startswith("gpt-6-luna · ")
    assert terminal.api.requests[-1]["body"]["messages"] == [{"role": "user", "content": "Say hello"}]


async def test_where_no_model_is_named_the_newest_of_the_account_is_taken(terminal: Terminal) -> None:
    assert (await terminal("embed", "a cat", "--input", "a kitten"))[0] == 0
    assert terminal.api.requests[-1]["body"]["model"] == "text-embedding-3-small"


async def test_files_are_given_by_path_and_come_back_into_a_directory(
    terminal: Terminal, tmp_path: Path
) -> None:
    (tmp_path / "meadow.png").write_bytes(PICTURE.content)
    words = (
        "image-edit",
        "a red kite",
        "--image",
        "meadow.png",
        "--image=./meadow.png",
        "--out",
        "made/here",
    )
    status, out, err = await terminal(*words)
    assert (status, "→ made/here/a-red-kite.png" in out) == (0, True), err
    assert (tmp_path / "made/here/a-red-kite.png").read_bytes().startswith(b"\x89PNG")
    names = [name for name, _ in terminal.api.requests[-1]["body"]]
    assert names.count("image[]") == 2
    await terminal(*words)
    assert sorted(each.name for each in (tmp_path / "made/here").iterdir()) == [
        "a-red-kite-2.png",
        "a-red-kite.png",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["chta"], "There is no module “chta”. Did you mean chat?"),
        (["chat", "hi", "--temprature", "1"], "Did you mean --temperature?"),
        (["chat", "hi", "--temperature", "7"], "Temperature: 7 is not between 0 and 2."),
        (["chat"], "Messages is missing."),
        (["image-edit", "a hat", "--image", "none.png"], "Source files: none.png cannot be read (No such"),
        (["image", "a hat", "--out"], "--out needs a value after it"),
        (["admin", "model", "--kind", "chat"], "Name one of its connections with --connection"),
        (["models", "retrieve", "gpt-2"], "This model does not exist any more"),
    ],
)
async def test_what_is_wrong_goes_to_stderr(terminal: Terminal, words: list[str], said: str) -> None:
    status, out, err = await terminal(*words)
    assert (status, out) == (1, "")
    assert err.startswith("patchbay: ")
    assert said in err
    assert "/openai" not in err


async def test_a_refusal_by_the_api_has_its_request_id_and_no_key(terminal: Terminal) -> None:
    status, _, err = await terminal("chat", "hi", OPENAI_API_KEY="sk-not-a-key-of-anyone")
    assert status == 1
    assert "OpenAI refused the API key" in err
    assert "Request ID: req_" in err
    assert "sk-not" not in err


async def test_help_and_the_list_come_from_the_declarations(terminal: Terminal) -> None:
    for words in ([], ["--help"], ["help"]):
        status, out, _ = await terminal(*words)
        assert status == 0
        assert [line.split()[0] for line in out.splitlines()[2 : 2 + len(ALL)]] == [each.name for each in ALL]
    for module in ALL:
        for operation in module.operations:
            _, out, _ = await terminal(module.name, operation.name, "--help")
            assert out.startswith(f"{operation.title}: {operation.summary}.")
            assert all(f"{each.title}" in out for each in operation.fields)
    _, out, _ = await terminal("image-edit", "--help")
    assert out.count("--image meadow.png") == 1
    assert "See also: python -m bot run image-edit vary --help" in out
    assert not terminal.api.requests


async def test_connections_of_the_workspace_are_used_by_name(
    terminal: Terminal,
    workspace: Callable[[str], Awaitable[None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    status, _, err = await terminal("connect", "list")
    assert (status, "no workspace yet" in err) == (1, True)
    await workspace("T1")
    other = terminal.api.add_key()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{other.secret}\n"))
    status, out, err = await terminal("connect", "add", "Other")
    assert (status, "**Other** is connected" in out) == (0, True), err
    assert other.secret not in out + err
    _, out, _ = await terminal("connect", "list")
    assert "Other" in out
    assert (await terminal("tokens", "one two", "--connection", "Other"))[0] == 0
    assert terminal.api.requests[-1]["key"].endswith(other.secret[-4:])
    # Without a key in the environment the workspace's default connection is used.
    assert (await terminal("tokens", "one two", OPENAI_API_KEY=""))[0] == 0
    assert terminal.api.requests[-1]["key"].endswith(other.secret[-4:])
    assert "There is no connection “Nope”" in (await terminal("tokens", "hi", "--connection", "Nope"))[2]


async def test_a_workspace_is_named_where_there_are_several(
    terminal: Terminal, workspace: Callable[[str], Awaitable[None]]
) -> None:
    await workspace("T1")
    await workspace("T2")
    status, _, err = await terminal("connect", "list")
    assert (status, "--workspace: T1 (t1), T2 (t2)" in err) == (1, True)
    assert (await terminal("connect", "list", "--workspace", "T2"))[0] == 0
    assert "There is no workspace T3" in (await terminal("connect", "list", "--workspace=T3"))[2]


def test_the_command_line_gives_all_words_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOT_SECRET_KEY", SECRET)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-made-up-for-this")
    assert main(["run", "--help"]) == 0
    assert capsys.readouterr().out.startswith("python -m bot run MODULE")
    assert main(["run", "tokens", "--model", "gpt-6-luna", "--", "--help"]) == 1
    said = capsys.readouterr()
    assert "OpenAI could not be reached" in said.err
