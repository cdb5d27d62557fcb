"""Both worlds together: started, controlled, stopped."""

import asyncio
import json
import signal
import socket
import sys

import aiohttp
import pytest

from bot.playground.serve import Playground
from bot.playground.server import PortInUseError

PROGRAM = """
import asyncio, json
from bot.playground.serve import run
def ready(playground):
    print(json.dumps([playground.slack_url, playground.openai_url]), flush=True)
asyncio.run(run(ready=ready))
"""


async def test_both_worlds_answer_a_bot_that_has_the_credentials(
    playground: Playground, http: aiohttp.ClientSession
) -> None:
    assert playground.slack_url.endswith("/api/")
    assert playground.openai_url.endswith("/v1")
    known = playground.credentials
    slack = {"Authorization": f"Bearer {known.bot_token}"}
    async with http.post(f"{playground.slack_url}auth.test", headers=slack) as answer:
        assert (await answer.json())["team_id"] == "T0PATCHBAY"
    openai = {"Authorization": f"Bearer {known.api_key}"}
    async with http.get(f"{playground.openai_url}/models", headers=openai) as answer:
        assert (await answer.json())["object"] == "list"
    assert known.bot_token not in repr(known)
    assert known.api_key not in repr(known)


async def test_each_world_has_its_own_faults_and_log(
    playground: Playground, http: aiohttp.ClientSession
) -> None:
    openai = playground.openai_url.removesuffix("/v1")
    rule = {"match": "/v1/models", "do": "status", "status": 503}
    await http.post(f"{openai}/control/faults", json=rule)
    async with http.get(f"{openai}/v1/models") as answer:
        assert answer.status == 503
    assert playground.slack_faults.rules == []
    async with http.get(f"{openai}/control/log") as answer:
        (entry,) = (await answer.json())["entries"]
    assert (entry["path"], entry["status"]) == ("/v1/models", 503)
    async with http.get(f"{playground.control_url}/control/log") as answer:
        assert (await answer.json())["entries"] == []


async def test_control_wants_the_token_of_the_world_when_it_has_one(
    playground: Playground, http: aiohttp.ClientSession
) -> None:
    playground.slack.control_token = "open-sesame"
    address = f"{playground.control_url}/control/faults"
    async with http.get(address) as answer:
        assert answer.status == 403
    async with http.get(address, headers={"X-Playground-Token": "open-sesame"}) as answer:
        assert answer.status == 200


async def test_a_port_in_use_is_named_and_nothing_is_left_running() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match=rf"port {port} on 127\.0\.0\.1 is in use"):
            async with Playground.start(openai_port=port):
                pytest.fail("started on a port that is taken")


async def test_a_port_that_is_asked_for_is_used_and_free_again_afterwards() -> None:
    for _ in range(2):
        async with Playground.start(slack_port=0) as playground:
            port = int(playground.control_url.rpartition(":")[2])
    async with Playground.start(slack_port=port) as playground:
        assert playground.control_url == f"http://127.0.0.1:{port}"


async def test_stopping_does_not_wait_for_a_connection_that_a_stall_holds(
    http: aiohttp.ClientSession,
) -> None:
    async with Playground.start() as playground:
        playground.slack_faults.add({"match": "auth.test", "do": "stall"})
        asking = asyncio.create_task(http.post(f"{playground.slack_url}auth.test"))
        async with asyncio.timeout(5):
            while not playground.slack_faults.held:  # noqa: ASYNC110 - nothing tells when a server holds
                await asyncio.sleep(0.001)
    with pytest.raises(aiohttp.ClientConnectionError):
        await asking


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_the_command_runs_until_it_is_told_to_stop_and_prints_nothing_itself(
    how: signal.Signals, http: aiohttp.ClientSession
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    slack_url, openai_url = json.loads(await process.stdout.readline())
    async with http.get(f"{openai_url}/models") as answer:
        assert answer.status == 401
    async with http.post(f"{slack_url}auth.test") as answer:
        assert (await answer.json())["error"] == "not_authed"
    process.send_signal(how)
    out, err = await process.communicate()
    assert (process.returncode, out, err) == (0, b"", b"")
