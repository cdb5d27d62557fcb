"""The OpenAI API over HTTP: one client, accounts, typed failures; knows no module and no Slack."""

from bot.openai.api import Api
from bot.openai.capabilities import Kind, chat_body, kind, lightest_effort, newest
from bot.openai.chat import Delta, chat_deltas
from bot.openai.client import Client
from bot.openai.failures import redacted
from bot.openai.paths import segment
from bot.openai.stream import Events
from bot.openai.values import Account, Answer, Event, Limits, Model, Upload

__all__ = [
    "Account",
    "Answer",
    "Api",
    "Client",
    "Delta",
    "Event",
    "Events",
    "Kind",
    "Limits",
    "Model",
    "Upload",
    "chat_body",
    "chat_deltas",
    "kind",
    "lightest_effort",
    "newest",
    "redacted",
    "segment",
]
