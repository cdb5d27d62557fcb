"""Files and uploads, as the official client sends and reads them."""

import hashlib
from typing import Any

import pytest
from openai import APIStatusError, AsyncOpenAI, BadRequestError, NotFoundError

LINE = b'{"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "ho"}]}\n'


async def test_a_file_goes_up_and_comes_back_as_it_was(
    sdk: AsyncOpenAI, api_server: Any, schema: Any
) -> None:
    made = await sdk.files.create(file=("träin.jsonl", LINE * 3), purpose="fine-tune")
    assert made.id.startswith("file-")
    assert (made.bytes, made.filename, made.status) == (len(LINE) * 3, "träin.jsonl", "processed")
    assert made.expires_at is None
    assert await sdk.files.retrieve(made.id) == made
    assert (await sdk.files.content(made.id)).content == LINE * 3
    _, body, headers = await api_server.ask("GET", f"/files/{made.id}")
    schema.response("GET", "/files/{file_id}", body)
    assert headers["x-request-id"].startswith("req_")


async def test_a_big_file_is_kept_whole(sdk: AsyncOpenAI) -> None:
    content = bytes(range(256)) * 20_000  # 5 MB: more than a form keeps in memory
    made = await sdk.files.create(file=("big.jsonl", content), purpose="fine-tune")
    assert (await sdk.files.content(made.id)).content == content


async def test_files_are_listed_newest_first_in_pages_and_by_purpose(
    sdk: AsyncOpenAI, api_server: Any, schema: Any
) -> None:
    ids = [(await sdk.files.create(file=(f"{n}.txt", b"x"), purpose="user_data")).id for n in range(5)]
    other = await sdk.files.create(file=("a.jsonl", LINE), purpose="fine-tune")
    assert [file.id async for file in sdk.files.list(purpose="user_data", limit=2)] == ids[::-1]
    assert [file.id async for file in sdk.files.list(order="asc")] == [*ids, other.id]
    first = await sdk.files.list(limit=2)
    assert first.has_more
    _, body, _ = await api_server.ask("GET", "/files", params={"limit": 2})
    schema.response("GET", "/files", body)
    assert (body["first_id"], body["last_id"]) == (other.id, ids[4])


async def test_an_empty_list_has_no_first_id(api_server: Any) -> None:
    _, body, _ = await api_server.ask("GET", "/files")
    assert body == {"object": "list", "data": [], "first_id": None, "last_id": None, "has_more": False}


async def test_a_deleted_file_is_gone(sdk: AsyncOpenAI, api_server: Any, schema: Any) -> None:
    made = await sdk.files.create(file=("a.txt", b"x"), purpose="assistants")
    _, body, _ = await api_server.ask("DELETE", f"/files/{made.id}")
    schema.response("DELETE", "/files/{file_id}", body)
    with pytest.raises(NotFoundError, match=f"No such File object: {made.id}") as caught:
        await sdk.files.retrieve(made.id)
    assert (caught.value.code, caught.value.type) == (None, "invalid_request_error")


async def test_another_project_does_not_see_the_file(sdk: AsyncOpenAI, api_server: Any) -> None:
    made = await sdk.files.create(file=("a.jsonl", b"x"), purpose="fine-tune")
    other = api_server.api.add_key(project="proj_Other").secret
    status, _, _ = await api_server.ask(
        "GET", f"/files/{made.id}", headers={"authorization": f"Bearer {other}"}
    )
    assert status == 404


@pytest.mark.parametrize("purpose", ["assistants", "user_data", "vision"])
async def test_some_purposes_are_not_given_back(sdk: AsyncOpenAI, purpose: Any) -> None:
    made = await sdk.files.create(file=("a.txt", b"x"), purpose=purpose)
    with pytest.raises(BadRequestError, match=f"Not allowed to download files of purpose: {purpose}"):
        await sdk.files.content(made.id)


async def test_a_file_expires_when_its_time_is_over(sdk: AsyncOpenAI, api_server: Any) -> None:
    made = await sdk.files.create(
        file=("a.jsonl", b"x"), purpose="fine-tune", expires_after={"anchor": "created_at", "seconds": 3600}
    )
    assert made.expires_at == made.created_at + 3600
    api_server.api.clock.advance(3601)
    with pytest.raises(NotFoundError):
        await sdk.files.retrieve(made.id)


async def test_a_batch_file_expires_after_thirty_days_by_itself(sdk: AsyncOpenAI) -> None:
    made = await sdk.files.create(file=("a.jsonl", b"{}\n"), purpose="batch")
    assert made.expires_at == made.created_at + 30 * 86_400


@pytest.mark.parametrize(
    ("more", "code", "param", "text"),
    [
        ({"purpose": "nonsense"}, "invalid_value", "purpose", "Invalid value: 'nonsense'"),
        ({"purpose": "fine-tune"}, None, "file", "Must be .jsonl"),
        ({"file": ("empty.txt", b"")}, None, "file", "File is empty"),
        ({"extra_body": {"color": "red"}}, "unknown_parameter", "color", "Unknown parameter: 'color'"),
        (
            {"expires_after": {"anchor": "created_at", "seconds": 60}},
            "integer_below_min_value",
            "expires_after.seconds",
            ">= 3600",
        ),
    ],
)
async def test_a_wrong_upload_is_refused(
    sdk: AsyncOpenAI, more: dict[str, Any], code: str | None, param: str, text: str
) -> None:
    with pytest.raises(BadRequestError, match=text) as caught:
        await sdk.files.create(**{"file": ("a.txt", b"x"), "purpose": "evals", **more})
    assert (caught.value.code, caught.value.param) == (code, param)


async def test_a_form_without_a_file_names_what_is_missing(api_server: Any, schema: Any) -> None:
    status, body, _ = await api_server.ask("POST", "/files", data={"purpose": "evals"})
    assert (status, body["error"]["code"]) == (400, "invalid_content_type")  # aiohttp sends it urlencoded
    schema.error(body)


async def test_a_file_above_the_limit_is_refused(sdk: AsyncOpenAI, api_server: Any) -> None:
    api_server.api.sizes.file = 1000
    with pytest.raises(APIStatusError, match=r"Maximum content size limit \(1000\) exceeded") as caught:
        await sdk.files.create(file=("a.jsonl", b"x" * 1001), purpose="fine-tune")
    assert caught.value.status_code == 413
    assert (await sdk.files.create(file=("a.jsonl", b"x" * 1000), purpose="fine-tune")).bytes == 1000


async def test_an_upload_becomes_a_file_of_its_parts_in_order(
    sdk: AsyncOpenAI, api_server: Any, schema: Any
) -> None:
    content = LINE * 20
    upload = await sdk.uploads.create(
        filename="t.jsonl", bytes=len(content), mime_type="application/jsonl", purpose="fine-tune"
    )
    assert (upload.status, upload.expires_at - upload.created_at) == ("pending", 3600)
    second = await sdk.uploads.parts.create(upload.id, data=content[1000:])
    first = await sdk.uploads.parts.create(upload.id, data=content[:1000])
    body = {
        "part_ids": [first.id, second.id],
        "md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
    }
    _, done, _ = await api_server.ask("POST", f"/uploads/{upload.id}/complete", json=body)
    schema.response("POST", "/uploads/{upload_id}/complete", done)
    assert done["status"] == "completed"
    assert (await sdk.files.content(done["file"]["id"])).content == content
    with pytest.raises(BadRequestError, match="is completed"):
        await sdk.uploads.cancel(upload.id)


async def test_the_client_uploads_a_file_in_chunks(sdk: AsyncOpenAI) -> None:
    content = b"y" * 3000
    done = await sdk.uploads.upload_file_chunked(
        file=content,
        filename="a.jsonl",
        bytes=3000,
        mime_type="text/plain",
        purpose="fine-tune",
        part_size=1000,
    )
    assert done.file
    assert (await sdk.files.content(done.file.id)).content == content


async def test_an_upload_whose_bytes_do_not_add_up_is_refused(sdk: AsyncOpenAI) -> None:
    upload = await sdk.uploads.create(filename="a.txt", bytes=5, mime_type="text/plain", purpose="evals")
    part = await sdk.uploads.parts.create(upload.id, data=b"1234")
    with pytest.raises(BadRequestError, match="4 bytes, but the upload was created with 5"):
        await sdk.uploads.complete(upload.id, part_ids=[part.id])
    more = await sdk.uploads.parts.create(upload.id, data=b"5")
    with pytest.raises(BadRequestError, match="md5"):
        await sdk.uploads.complete(upload.id, part_ids=[part.id, more.id], md5="0" * 32)
    with pytest.raises(BadRequestError, match="No such Part object: part_nope"):
        await sdk.uploads.complete(upload.id, part_ids=["part_nope"])
    assert (await sdk.uploads.cancel(upload.id)).status == "cancelled"


async def test_an_upload_expires_after_an_hour(sdk: AsyncOpenAI, api_server: Any) -> None:
    upload = await sdk.uploads.create(filename="a.txt", bytes=5, mime_type="text/plain", purpose="evals")
    api_server.api.clock.advance(3600)
    with pytest.raises(BadRequestError, match="is expired"):
        await sdk.uploads.parts.create(upload.id, data=b"1234")
    with pytest.raises(NotFoundError, match="No such Upload object"):
        await sdk.uploads.cancel("upload_nope")
