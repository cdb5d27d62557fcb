"""What is known of a request whose connection failed: whether it may have been done, and is sent again."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bot.errors import ApiBroken, ApiTimeout, ApiUnreachable
from tests.openai.server import Connect, Server, drop, hang, http


async def test_no_connection_is_told_apart_and_tried_again(connect: Connect, waits: list[float]) -> None:
    with pytest.raises(ApiUnreachable, match="Nothing was sent"):
        await connect("http://127.0.0.1:1/v1").post("images/generations", {"prompt": "x"})
    assert waits == [0.5, 1.0]


async def test_an_unknown_name_is_no_connection(connect: Connect) -> None:
    with pytest.raises(ApiUnreachable):
        await connect("http://nowhere.invalid/v1").post("chat/completions", {})


async def test_a_server_without_tls_is_no_connection(server: Server, connect: Connect) -> None:
    with pytest.raises(ApiUnreachable):
        await connect(server.url.replace("http:", "https:"), connect=0.1).post("chat/completions", {})


async def test_a_paid_request_that_was_dropped_is_not_sent_again(
    server: Server, connect: Connect, waits: list[float]
) -> None:
    server.says(drop)
    with pytest.raises(ApiBroken, match="broke"):
        await connect().post("images/generations", {"prompt": "x"})
    assert (len(server.seen), waits) == (1, [])


async def test_a_get_that_was_dropped_is_sent_again(server: Server, connect: Connect) -> None:
    server.says(drop, http(200, {"id": "m"}))
    assert (await connect().get("models/m")).data == {"id": "m"}


async def test_a_paid_request_on_a_kept_connection_that_was_dropped_is_not_sent_again(
    server: Server, connect: Connect, waits: list[float]
) -> None:
    server.says(http(200, {"id": "m"}), drop)
    api = connect()
    await api.get("models/m")
    with pytest.raises(ApiBroken):
        await api.post("images/generations", {"prompt": "x"})
    assert (len(server.seen), waits) == (2, [])


async def test_the_total_deadline_ends_a_wait(server: Server, connect: Connect) -> None:
    server.says(hang)
    with pytest.raises(ApiTimeout, match=r"0\.05 seconds"):
        await connect().post("chat/completions", {}, deadline=0.05)
    with pytest.raises(ApiTimeout):
        await connect(total=0.05).get("models")


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "both.pem").write_bytes(secret + built.sign(key, SHA256()).public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context


async def test_a_certificate_of_nobody_gets_no_key(server: Server, connect: Connect, tmp_path: Path) -> None:
    server.says(http(200, {"id": "m"}))
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=self_signed(tmp_path))
    port = listening.sockets[0].getsockname()[1]
    with pytest.raises(ApiUnreachable, match=r"could not be reached"):
        await connect(f"https://127.0.0.1:{port}/v1").get("models")
    assert server.seen == []
    listening.close()
