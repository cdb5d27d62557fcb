"""Files: the upload in three steps, what is told about them, deletion; downloads are in files_pages.py."""

import mimetypes
import secrets
from pathlib import PurePosixPath

from bot.playground.slack import content, events, files_pages
from bot.playground.slack.api_chat import by_bot, settle_status
from bot.playground.slack.messages import file_json
from bot.playground.slack.methods import Call, Refusal, invalid_arguments, method
from bot.playground.slack.places import thread_root, writable
from bot.playground.slack.slack_files import slack_file_problems
from bot.playground.slack.state import Channel, File, Json, Upload
from bot.playground.slack.world import World

__all__ = ["keep", "routes", "slack_file_problems", "ticket"]

#: Seconds after which an image is ready for `slack_file`; Slack names no figure, its users report about one.
PROCESSING_SECONDS = 1.0
#: Seconds that an upload address is good for; not published.
TICKET_SECONDS = 3600.0
ALT_TEXT_MOST = 1000

_TYPES = mimetypes.MimeTypes()  # the standard library's own table, the same on every machine
_WORDS = {"txt": "text", "py": "python", "js": "javascript", "md": "markdown", "jpeg": "jpg", "": "binary"}

routes = files_pages.routes


def keep(world: World, upload: Upload, title: str | None = None) -> File:
    """Turn an upload whose bytes have come into a file of the workspace, seen by nobody else yet."""
    data = upload.content or b""
    mimetype, filetype = _kind(upload.filename, data)
    now = world.clock.now()
    file = File(
        id=upload.file_id,
        team_id=upload.team_id,
        user=upload.user,
        name=upload.filename,
        title=title or upload.filename,
        mimetype=mimetype,
        filetype=filetype,
        content=data,
        created=now,
        ready_at=now + (PROCESSING_SECONDS if mimetype.startswith("image/") else 0.0),
        alt_txt=upload.alt_txt,
    )
    world.files[file.id] = file
    world.uploads.pop(upload.ticket, None)
    return file


def ticket(world: World, team: str, user: str, filename: str, length: int) -> Upload:
    """A place for an upload: an address that takes the bytes, and the id that the file will have."""
    name = secrets.token_urlsafe(32)
    expires = world.clock.now() + TICKET_SECONDS
    upload = Upload(world.new_id("F"), name, team, user, filename, length, expires)
    world.uploads[name] = upload
    return upload


@method("files.getUploadURLExternal", "files:write")
async def get_upload_url(call: Call) -> Json:
    """The first step: where the bytes go."""
    filename, length = call.required("filename"), call.number("length", 0)
    if length <= 0:
        raise invalid_arguments("must be greater than 0 [json-pointer:/length]")
    upload = ticket(call.world, call.team, call.install.bot_user_id, filename, length)
    upload.alt_txt = call.text("alt_txt") or None
    upload.snippet_type = call.text("snippet_type") or None
    if upload.alt_txt and len(upload.alt_txt) > ALT_TEXT_MOST:
        raise Refusal("alt_txt_too_large")
    return {"upload_url": f"{call.world.url}/upload/v1/{upload.ticket}", "file_id": upload.file_id}


@method("files.completeUploadExternal", "files:write")
async def complete_upload(call: Call) -> Json:
    """The last step: files out of uploads, shared in channels by a message that the answer does not name."""
    wanted = call.json("files")
    if not isinstance(wanted, list) or not wanted or not all(isinstance(each, dict) for each in wanted):
        raise invalid_arguments("must provide an array [json-pointer:/files]")
    uploads = {each.file_id: each for each in call.world.uploads.values() if each.content is not None}
    if any(uploads.get(str(each.get("id"))) is None for each in wanted):
        raise Refusal("file_not_found")
    places = _places(call)
    said = None
    if places and (call.text("initial_comment") or call.json("blocks")):
        said = content.of(call.text("initial_comment"), call.json("blocks"))
    files = [keep(call.world, uploads[str(each["id"])], each.get("title")) for each in wanted]
    answer = {"files": [told(call.world, file) for file in files]}
    for channel, root in places:
        _share(call, channel, root, files, said or content.Content())
    return answer


@method("files.info", "files:read")
async def info(call: Call) -> Json:
    """What is known of a file that the bot can see."""
    file = _seen(call)
    return {"file": told(call.world, file), "comments": [], "response_metadata": {"next_cursor": ""}}


@method("files.delete", "files:write")
async def delete(call: Call) -> Json:
    """Take a file of the bot out of the workspace; messages that shared it stay without it."""
    file = _seen(call)
    if file.user != call.install.bot_user_id:
        raise Refusal("cant_delete_file")
    del call.world.files[file.id]
    call.world.changed()
    return {}


@method("files.upload", "files:write")
async def upload_at_once(_call: Call) -> Json:
    """The old way in one step, which Slack has switched off."""
    raise Refusal("method_deprecated")


def told(world: World, file: File) -> Json:
    """A file object; while Slack is looking at a file it does not say what it is."""
    known = file_json(world, file)
    if world.clock.now() < file.ready_at:
        known |= {"mimetype": "", "filetype": "", "pretty_type": ""}
    return known


def _places(call: Call) -> list[tuple[Channel, str | None]]:
    names = [call.text("channel_id"), *call.text("channels").split(",")]
    found = []
    for name in filter(None, names):
        call.args["channel"] = name
        channel = writable(call)
        if call.install.bot_user_id not in channel.members:
            raise Refusal("not_in_channel")
        found.append((channel, thread_root(call, channel, "thread_not_found")))
    return found


def _share(call: Call, channel: Channel, root: str | None, files: list[File], said: content.Content) -> None:
    message = by_bot(call, channel, said, root)
    message.subtype = "file_share"
    message.files = [file.id for file in files]
    for file in files:
        file.is_private = False
        file.channels.setdefault(channel.id, []).append(message.ts)
    call.world.add(message)
    settle_status(call, channel, root)
    events.posted(call.world, message)


def _seen(call: Call) -> File:
    file = call.world.files.get(call.required("file"))
    if file is None or not files_pages.may_read(call.world, file, call.install.bot_user_id):
        raise Refusal("file_not_found")
    return file


def _kind(name: str, data: bytes) -> tuple[str, str]:
    ending = PurePosixPath(name).suffix.lower().removeprefix(".")
    mimetype, _ = _TYPES.guess_type(f"x.{ending}")
    if mimetype is None:
        try:
            data.decode()
        except UnicodeDecodeError:
            return "application/octet-stream", _WORDS.get(ending, ending)
        return "text/plain", "text"
    return mimetype, _WORDS.get(ending, ending)
