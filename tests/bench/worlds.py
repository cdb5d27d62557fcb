"""Both outside worlds under probes, with many workspaces: asks there, and reads what was answered."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from bot.playground.clock import Clock
from bot.playground.log import Log
from bot.playground.openai.api import Api, build
from bot.playground.server import HOST, bind, serving
from bot.playground.slack import events, interactions, people
from bot.playground.slack.live import blocks_of
from bot.playground.slack.server import Slack
from bot.playground.slack.state import Channel, Message, Team, User
from bot.playground.slack.world import World
from bot.store import Store, migrate
from tests.bench.probes import Exchange, Exchanges, OpenAIProbe, SlackProbe, TimedDeliveries

#: Each workspace has chosen its model, as after its first minutes: nobody waits for a list of models.
MODEL = "gpt-5.4-mini"
SLACK_CALL = 0.08  # seconds that Slack takes for a call, as the budgets have it
PLACES = 10  # channels of a workspace


class Worlds:
    """Slack and OpenAI as the bot sees them, and people who ask."""

    def __init__(
        self, world: World, api: Api, slack: Slack, exchanges: Exchanges, openai_url: str, count: int
    ) -> None:
        self.count = count  # of workspaces
        self.world = world
        self.api = api
        self.exchanges = exchanges
        self.openai_url = openai_url
        self.deliveries = slack.deliveries
        self._numbers = itertools.count(1)
        self._typing: set[asyncio.Task[object]] = set()

    @property
    def settings(self) -> dict[str, str]:
        """The variables with which a bot joins."""
        return {
            "SLACK_BOT_TOKEN": self.world.install().bot_token,
            "SLACK_SIGNING_SECRET": self.world.app.signing_secret,
            "SLACK_APP_TOKEN": "",
            "SLACK_API_URL": f"{self.world.url}/api/",
            "OPENAI_API_KEY": self.api.key.secret,
            "OPENAI_BASE_URL": self.openai_url,
        }

    def settle(self) -> None:
        """Found all workspaces with the bot in each, one person, and some channels."""
        for number in range(self.count):
            team, user = _team(number), f"U{number:05}PERSON"
            self.world.teams[team] = Team(team, f"Workspace {number}", f"workspace-{number}")
            self.world.users[user] = User(user, f"person{number}", f"Person {number}", team)
            bot = people.install(self.world, team).bot_user_id
            for place in range(PLACES):
                name = f"C{number:05}PLACE{place}"
                self.world.channels[name] = Channel(
                    name, f"place-{number}-{place}", team, members={user, bot}
                )
            direct = f"D{number:05}PERSON"
            self.world.channels[direct] = Channel(direct, "", team, "im", {user, bot})

    async def connect(self, url: str, key: str) -> None:
        """Keep every workspace in the bot's database as an installation would: token, connection, model."""
        await migrate(url)
        store = await Store.open(url, [key])
        try:
            async with store.begin() as unit:
                for install in self.world.app.installs.values():
                    team = install.team_id
                    if team == self.world.home:
                        continue
                    await unit.workspaces.ensure(team, team, install.bot_user_id, install.bot_id)
                    await unit.workspaces.set_token(team, install.bot_token)
                    secret = self.api.key.secret
                    added = await unit.connections.add(team, "Default", secret, base_url=self.openai_url)
                    await unit.workspaces.set_default_connection(team, added.id)
                    await unit.workspaces.update_settings(team, models={"chat": MODEL})
        finally:
            await store.close()

    def speed(self, tokens_per_second: float) -> None:
        """How fast OpenAI answers from now on."""
        self.api.speed.tokens_per_second = tokens_per_second

    def mention(self, workspace: int, tokens: int, place: int = 0) -> Exchange:
        """Mention the bot in a channel, which Slack tells it twice: as a mention and as a message."""
        bot = self.world.app.installs[_team(workspace)].bot_user_id
        return self._say(workspace, f"C{workspace:05}PLACE{place}", f"<@{bot}> {_question(tokens)}")

    def direct(self, workspace: int, tokens: int) -> Exchange:
        """Write to the bot directly: one event."""
        return self._say(workspace, f"D{workspace:05}PERSON", _question(tokens))

    def _say(self, workspace: int, channel: str, text: str) -> Exchange:
        exchange = self._exchange()
        person = f"U{workspace:05}PERSON"
        said = Message(self.world.new_ts(), channel, person, f"{text} #{exchange.number}")
        self.world.add(said)
        events.posted(self.world, said)
        return exchange

    def command(self, workspace: int, tokens: int) -> Exchange:
        """Type a command."""
        exchange = self._exchange()
        person = self.world.users[f"U{workspace:05}PERSON"]
        channel = self.world.channels[f"C{workspace:05}PLACE0"]
        text = f"chat {_question(tokens)} #{exchange.number}"
        typing = asyncio.ensure_future(
            interactions.command(self.deliveries, person, channel, "/openai", text)
        )
        self._typing.add(typing)
        typing.add_done_callback(self._typing.discard)
        return exchange

    def _exchange(self) -> Exchange:
        exchange = Exchange(next(self._numbers), time.perf_counter())
        self.exchanges[exchange.number] = exchange
        return exchange

    def answered(self, exchange: Exchange) -> bool:
        """Whether the thread shows what OpenAI said, whole and once."""
        return bool(exchange.said) and self._shown(exchange) == exchange.text()

    def doubled(self, exchange: Exchange) -> bool:
        """Whether the thread shows more than what OpenAI said."""
        return len(self._shown(exchange)) > len(exchange.text())

    def _shown(self, exchange: Exchange) -> str:
        if exchange.place is None:
            return ""
        channel = self.world.channels[exchange.place[0]]
        answers = [channel.messages[ts] for ts in channel.replies.get(exchange.place[1], ())]
        return "".join(_text(message) for message in answers if message.bot_id)


def _text(message: Message) -> str:
    return "".join(each["text"] for each in blocks_of(message) if each["type"] == "markdown") or message.text


async def spread(count: int, seconds: float, ask: Callable[[int], Exchange]) -> list[Exchange]:
    """Ask so many questions evenly within so many seconds; `ask` gets the number of each."""
    began = time.perf_counter()
    asked = []
    for number in range(count):
        if (wait := began + seconds * number / count - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        asked.append(ask(number))
    return asked


async def ended(exchanges: Sequence[Exchange], seconds: float) -> None:
    """Wait until all are answered, but no longer than so many seconds."""
    waiting = [asyncio.ensure_future(each.ended.wait()) for each in exchanges]
    await asyncio.wait(waiting, timeout=seconds)
    for each in waiting:
        each.cancel()


@asynccontextmanager
async def worlds(workspaces: int, delay: float = SLACK_CALL) -> AsyncIterator[Worlds]:
    """Both worlds while the block runs."""
    clock = Clock()
    world, api, exchanges = people.new_world(clock), Api(clock), Exchanges()
    world.log = Log(0)
    with bind(0) as at_slack, bind(0) as at_openai:
        world.url = f"http://{HOST}:{at_slack.getsockname()[1]}"
        slack = Slack(world)
        slack.deliveries = TimedDeliveries(world, exchanges)
        made = Worlds(
            world, api, slack, exchanges, f"http://{HOST}:{at_openai.getsockname()[1]}/v1", workspaces
        )
        made.settle()
        probed = SlackProbe(slack, world, exchanges, delay)
        async with serving(probed, at_slack), serving(OpenAIProbe(build(api), exchanges), at_openai):
            try:
                yield made
            finally:
                await slack.aclose()


def _question(tokens: int) -> str:
    return f"Write {tokens} tokens about gardens"


def _team(number: int) -> str:
    return f"T{number:05}BENCH"
