"""What a stored file is, and how one is kept, found and forgotten; knows no request."""

from dataclasses import dataclass
from typing import Any

from bot.playground.openai.errors import ApiError, invalid, not_found

PURPOSES = ("assistants", "batch", "fine-tune", "vision", "user_data", "evals")
PRIVATE = frozenset({"assistants", "user_data", "vision"})  # the API does not give these back
BATCH_BYTES = 200 << 20
BATCH_DAYS = 30


@dataclass(slots=True)
class StoredFile:
    """A file of a project with its bytes."""

    id: str
    project: str
    filename: str
    purpose: str
    content: bytes
    created_at: int
    expires_at: int | None = None

    def json(self) -> dict[str, Any]:
        """The File object."""
        until = {} if self.expires_at is None else {"expires_at": self.expires_at}
        return {
            "id": self.id,
            "object": "file",
            "bytes": len(self.content),
            "created_at": self.created_at,
            **until,
            "filename": self.filename,
            "purpose": self.purpose,
            "status": "processed",
        }


class Files:
    """Every project's files, in the order of their creation."""

    def __init__(self) -> None:
        self.by_id: dict[str, StoredFile] = {}

    def add(self, file: StoredFile) -> StoredFile:
        """Keep a file, or refuse what its purpose does not allow."""
        check_kind(file.filename, file.purpose, len(file.content))
        if file.purpose == "batch" and file.expires_at is None:
            file.expires_at = file.created_at + BATCH_DAYS * 86_400
        self.by_id[file.id] = file
        return file

    def find(self, file_id: str, project: str, now: float) -> StoredFile:
        """The file of this project, or the 404."""
        self._forget_expired(now)
        file = self.by_id.get(file_id)
        if file is None or file.project != project:
            raise not_found(f"No such File object: {file_id}")
        return file

    def of(self, project: str, now: float) -> list[StoredFile]:
        """The project's files, oldest first."""
        self._forget_expired(now)
        return [file for file in self.by_id.values() if file.project == project]

    def _forget_expired(self, now: float) -> None:
        for file in list(self.by_id.values()):
            if file.expires_at is not None and file.expires_at <= now:
                del self.by_id[file.id]


def check_kind(filename: str, purpose: str, size: int) -> None:
    """Refuse an empty file and what is not JSON lines where these are wanted."""
    if not size:
        raise invalid("File is empty.", "file", None)
    if purpose in {"fine-tune", "batch"} and not filename.lower().endswith(".jsonl"):
        what = "Fine-Tuning" if purpose == "fine-tune" else "Batch"
        raise invalid(f"Invalid file format for {what} API. Must be .jsonl", "file", None)
    if purpose == "batch" and size > BATCH_BYTES:
        text = f"Batch input files may have at most {BATCH_BYTES} bytes, but this one has {size}."
        raise ApiError(413, text, param="file")
