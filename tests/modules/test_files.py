"""Files at OpenAI: up, listed, shown, read, and gone only when nothing needs them any more."""

import json
from typing import Any

import pytest
from openai import AsyncOpenAI

from bot.errors import AccessDenied, ApiDown, Invalid, MissingAtApi, RequestRefused
from bot.module import Effect, File, Role
from bot.modules.files import FILES
from tests.modules.world import World, facts, files, said, tables

EXAMPLE = {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}
TRAINING = b"".join(json.dumps(EXAMPLE).encode() + b"\n" for _ in range(12))


def file(name: str = "train.jsonl", content: bytes = TRAINING) -> list[File]:
    return [File(name, content, "application/jsonl")]


async def uploaded(world: World, purpose: str = "fine-tune", **more: Any) -> str:
    return facts(await world.run(FILES, "upload", file=file(**more), purpose=purpose))["ID"]


async def test_a_file_goes_up_is_listed_shown_and_read(world: World) -> None:
    first = await uploaded(world)
    second = await uploaded(world, "batch", name="b.jsonl")
    result = await world.run(FILES)
    (table,) = tables(result)
    assert table.columns == ("ID", "Name", "Purpose", "Size", "Created", "Expires")
    assert [row[0] for row in table.rows] == [second, first]
    assert table.rows[1][1:4] == ("train.jsonl", "fine-tune", "1.1 kB")
    assert table.rows[1][5] == "–"
    assert said(result).startswith("**2 files**, ")
    (only,) = tables(await world.run(FILES, purpose="batch"))
    assert [row[0] for row in only.rows] == [second]
    nothing = await world.run(FILES, purpose="evals")
    assert said(nothing) == "There are no files of this purpose."
    card = facts(await world.run(FILES, "retrieve", id=first))
    assert (card["Name"], card["Purpose"], card["Expires"], card["Status"]) == (
        "train.jsonl", "fine-tune", "never", "processed",
    )  # fmt: skip
    shown = await world.run(FILES, "content", id=first)
    assert files(shown)[0].content == TRAINING
    assert files(shown)[0].name == "train.jsonl"
    assert said(shown).startswith("```\n" + TRAINING.decode().splitlines()[0])
    assert said(shown).count('"role": "user"') == 12


async def test_the_same_upload_as_the_official_client(world: World, sdk: AsyncOpenAI) -> None:
    result = await world.run(FILES, "upload", file=file(), purpose="batch", expires_after=2)
    await sdk.files.create(
        file=("train.jsonl", TRAINING, "application/jsonl"),
        purpose="batch",
        expires_after={"anchor": "created_at", "seconds": 7200},
    )
    ours, theirs = world.bodies("/files")
    assert sorted(ours, key=str) == sorted(theirs, key=str)
    assert facts(result)["Expires"] != "never"


async def test_every_purpose_is_taken_and_only_the_first_ones_need_json_lines(world: World) -> None:
    for purpose in ("assistants", "vision", "user_data", "evals"):
        assert await uploaded(world, purpose, name="notes.txt", content=b"Notes.")
    for purpose in ("fine-tune", "batch"):
        with pytest.raises(Invalid, match="JSON lines"):
            await uploaded(world, purpose, name="notes.txt")
    assert len(world.asked("/files")) == 4


async def test_a_preview_is_the_beginning_of_text_and_no_more(world: World) -> None:
    long = await uploaded(world, "evals", name="long.txt", content=b"line\n" * 100)
    shown = await world.run(FILES, "content", id=long)
    assert said(shown).count("line\n") == 20
    assert "This is the beginning" in said(shown)
    assert len(files(shown)[0].content) == 500
    fenced = await uploaded(world, "evals", name="code.md", content=b"````\ncode\n````")
    assert said(await world.run(FILES, "content", id=fenced)) == "`````\n````\ncode\n````\n`````"
    binary = await uploaded(world, "evals", name="a.bin", content=b"\x00\x01\xff")
    assert said(await world.run(FILES, "content", id=binary)) == "3 bytes that are not text."


async def test_a_file_that_openai_does_not_give_back_is_refused_in_its_words(world: World) -> None:
    private = await uploaded(world, "user_data", name="a.txt", content=b"a")
    with pytest.raises(RequestRefused, match="Not allowed to download"):
        await world.run(FILES, "content", id=private)


async def test_the_table_of_a_fine_tuning_job_is_decoded(world: World, sdk: AsyncOpenAI) -> None:
    training = await uploaded(world)
    world.stand_in.pace.steps = 4
    job = await sdk.fine_tuning.jobs.create(model="gpt-4o-mini-2024-07-18", training_file=training)
    world.stand_in.clock.advance(10_000)
    done = await sdk.fine_tuning.jobs.retrieve(job.id)
    result = await world.run(FILES, "content", id=done.result_files[0])
    assert files(result)[0].content.startswith(b"step,train_loss")
    assert result.notes == ["OpenAI gives this table in base64; it is decoded here."]


async def test_a_file_is_deleted_when_its_id_is_typed_again(world: World) -> None:
    name = await uploaded(world)
    result = await world.run(FILES, "delete", id=name, confirm=f"{name} ")
    assert said(result) == f"`{name}` is deleted."
    assert result.notes == []
    with pytest.raises(MissingAtApi, match="No such File"):
        await world.run(FILES, "retrieve", id=name)
    for wrong in ({"confirm": "yes"}, {}):
        with pytest.raises(Invalid) as caught:
            await world.run(FILES, "delete", id=name, **wrong)
        assert caught.value.field == "confirm"


async def test_a_file_that_a_job_still_uses_stays(world: World, sdk: AsyncOpenAI) -> None:
    training, validation = await uploaded(world), await uploaded(world)
    job = await sdk.fine_tuning.jobs.create(
        model="gpt-4o-mini-2024-07-18", training_file=training, validation_file=validation
    )
    for name in (training, validation):
        with pytest.raises(Invalid, match=job.id):
            await world.run(FILES, "delete", id=name, confirm=name)
    await sdk.fine_tuning.jobs.cancel(job.id)
    result = await world.run(FILES, "delete", id=training, confirm=training)
    assert result.notes == [f"The fine-tuning job {job.id} (cancelled) used this file."]


async def test_without_a_look_at_the_jobs_the_result_says_so(world: World) -> None:
    name = await uploaded(world)
    await world.control("keys", scopes=["api.files.read", "api.files.write"])
    result = await world.run(FILES, "delete", id=name, confirm=name)
    assert "could not be looked up" in result.notes[0]


async def test_deleting_is_for_admins_and_uploading_changes() -> None:
    found = {each.name: each.weigh({}) for each in FILES.operations}
    assert found == {
        "list": (Effect.READ, Role.MEMBER),
        "upload": (Effect.CHANGE, Role.MEMBER),
        "retrieve": (Effect.READ, Role.MEMBER),
        "content": (Effect.READ, Role.MEMBER),
        "delete": (Effect.DESTROY, Role.ADMIN),
    }


@pytest.mark.parametrize(
    ("operation", "raw", "field"),
    [
        ("list", {"purpose": "fun"}, "purpose"),
        ("upload", {"purpose": "evals"}, "file"),
        ("upload", {"file": file()}, "purpose"),
        ("upload", {"file": file() * 2, "purpose": "evals"}, "file"),
        ("upload", {"file": file(content=b""), "purpose": "evals"}, "file"),
        ("upload", {"file": file(), "purpose": "evals", "expires_after": 0}, "expires_after"),
        ("upload", {"file": file(), "purpose": "evals", "expires_after": 721}, "expires_after"),
        ("upload", {"file": file(content=b"x" * (200 * 2**20 + 1)), "purpose": "batch"}, "file"),
        ("retrieve", {}, "id"),
        ("retrieve", {"id": "a b"}, "id"),
        ("content", {}, "id"),
        ("delete", {"confirm": "file-1"}, "id"),
    ],
)
async def test_what_is_wrong_is_refused_before_any_call(
    world: World, operation: str, raw: Any, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        await world.run(FILES, operation, **raw)
    assert caught.value.field == field
    assert world.asked() == []


async def test_failures_pass_through(world: World) -> None:
    for operation in ("retrieve", "content"):
        with pytest.raises(MissingAtApi):
            await world.run(FILES, operation, id="file-unknown")
    with pytest.raises(MissingAtApi):
        await world.run(FILES, "delete", id="file-unknown", confirm="file-unknown")
    world.faults.add({"match": "GET /v1/files", "do": "status", "status": 500})
    with pytest.raises(ApiDown):
        await world.run(FILES)
    world.faults.rules.clear()
    await world.control("keys", scopes=[])
    with pytest.raises(AccessDenied, match=r"files\.write"):
        await uploaded(world)
