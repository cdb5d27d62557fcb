"""What people can ask for, in the order in which they see it; a new module is one file and one line here."""

from bot.module import Module
from bot.modules.admin import admin
from bot.modules.audio import AUDIO
from bot.modules.call import CALL
from bot.modules.chat import CHAT
from bot.modules.complete import COMPLETE
from bot.modules.connect import CONNECT
from bot.modules.edit import EDIT
from bot.modules.embed import EMBED
from bot.modules.files import FILES
from bot.modules.finetune import FINETUNE
from bot.modules.image import IMAGE
from bot.modules.image_edit import IMAGE_EDIT
from bot.modules.models import MODELS
from bot.modules.moderate import MODERATE
from bot.modules.status import STATUS
from bot.modules.tokens import TOKENS

_USED: tuple[Module, ...] = (
    CONNECT,
    CHAT,
    COMPLETE,
    EDIT,
    MODERATE,
    EMBED,
    IMAGE,
    IMAGE_EDIT,
    MODELS,
    AUDIO,
    FILES,
    FINETUNE,
    TOKENS,
    CALL,
    STATUS,
)
#: The module that decides about the others comes last.
ALL = (*_USED, admin(_USED))


def find(name: str) -> Module | None:
    """The module of that name, if there is one."""
    return next((module for module in ALL if module.name == name), None)
