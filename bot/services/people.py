"""Who asks, and what they may do; decided here for every surface."""

from dataclasses import dataclass

from bot.errors import Forbidden
from bot.module import Operation, Role


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a workspace. `foreign`: belongs to another organization. `guest`: a restricted account."""

    workspace: str
    id: str
    admin: bool = False
    guest: bool = False
    foreign: bool = False


def allow_entry(person: Person) -> None:
    """Raise Forbidden for people who may not use the bot at all."""
    if person.foreign:
        raise Forbidden(
            "Only members of this workspace can use me here. Ask somebody from this workspace to do it."
        )
    if person.guest:
        raise Forbidden("Guests cannot use me in this workspace. Ask a full member to do it for you.")


def allow(person: Person, operation: Operation) -> None:
    """Raise Forbidden when this person may not do this."""
    allow_entry(person)
    if operation.role is Role.ADMIN and not person.admin:
        raise Forbidden(f"“{operation.title}” is for workspace admins. Ask one of them to do it.")
