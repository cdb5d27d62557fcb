"""Who asks, and what they may do; decided here for every surface."""

from dataclasses import dataclass

from bot.errors import Forbidden
from bot.module import Module, Operation, Role, Values
from bot.workplace import EVERYTHING

#: Who can help where admins alone, or those whom they named, may do something.
HELPERS = {
    Role.ADMIN: "workspace admins, and for those whom they named with `/openai admin allow`",
    Role.WORKSPACE_ADMIN: "workspace admins",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a workspace. `foreign`: belongs to another organization. `guest`: a restricted account."""

    workspace: str
    id: str
    admin: bool = False
    guest: bool = False
    foreign: bool = False
    #: Slack does not say who it is, or not any more: nobody lets them do anything.
    unknown: bool = False
    #: Whether the workspace lets in people of this kind who are no members.
    welcome: bool = False
    #: What admins named the person for: EVERYTHING, a module, or module/operation.
    named: frozenset[str] = frozenset()

    @property
    def member(self) -> bool:
        """Whether the person fully belongs to the workspace: nobody else leads or is named."""
        return not (self.guest or self.foreign or self.unknown)

    @property
    def enters(self) -> bool:
        """Whether the person may use the bot at all."""
        return self.member or (self.welcome and not self.unknown)


def allow_entry(person: Person) -> None:
    """Raise Forbidden for people who may not use the bot at all."""
    if person.enters:
        return
    if person.unknown:
        raise Forbidden("Slack does not tell me who you are just now. Try again in a minute.")
    if person.foreign:
        raise Forbidden(
            "Only members of this workspace can use me here. Ask somebody from this workspace to do it; its "
            "admins can let in people of other organizations with `/openai admin strangers`."
        )
    raise Forbidden(
        "Guests cannot use me in this workspace. Ask a full member to do it for you; workspace admins can "
        "let guests in with `/openai admin guests`."
    )


def holds(person: Person, role: Role, module: Module, operation: Operation) -> bool:
    """Whether the person may do here what is for this role."""
    match role:
        case Role.MEMBER:
            return person.enters
        case Role.ADMIN:
            named = {EVERYTHING, module.name, f"{module.name}/{operation.name}"} & person.named
            return person.member and (person.admin or bool(named))
        case Role.WORKSPACE_ADMIN:
            return person.member and person.admin


def allow(person: Person, module: Module, operation: Operation, values: Values | None = None) -> None:
    """Raise Forbidden when this person may not do this.

    Where the values decide (`weighed`), whoever may come in may begin; ask again with the checked values
    before anything is done.
    """
    allow_entry(person)
    if operation.weighed and values is None:
        return
    role = operation.role if values is None else operation.weigh(values)[1]
    if not holds(person, role, module, operation):
        what = f"“{operation.title}” with these values" if operation.weighed else f"“{operation.title}”"
        raise Forbidden(f"{what} is for {HELPERS[role]}. Ask one of them to do it.")
