"""What people can ask for, in the order in which they see it; a new module is one file and one line here."""

from bot.module import Module
from bot.modules.chat import CHAT
from bot.modules.connect import CONNECT

ALL: tuple[Module, ...] = (CONNECT, CHAT)


def find(name: str) -> Module | None:
    """The module of that name, if there is one."""
    return next((module for module in ALL if module.name == name), None)
