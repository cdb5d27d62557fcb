"""What is kept of every run: what was asked for, how far it came, and what it gave."""

from dataclasses import dataclass, replace
from typing import Any

from bot.errors import BotError, Forbidden, Interrupted, NotFound, Unavailable
from bot.module import Effect, Module, Operation, Result, Values
from bot.services import kept
from bot.services.auditing import Ended, Told, note
from bot.services.grants import Confirm
from bot.services.people import Person
from bot.store import Run, Store, Unit
from bot.store.runs import State

LOST = "This is not known any more. Ask for it again."
COSTLY = "This was interrupted, and it may have cost money, so it is not repeated on its own."
DOING = "This is being done already."


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One operation asked for by one person, with the values as they were typed or picked."""

    person: Person
    module: Module
    operation: Operation
    raw: Values
    surface: str
    connection: str | None = None
    channel: str | None = None
    thread_ts: str | None = None
    #: The id of the request, which becomes the run's: a request that is taken up again finds its own run.
    key: str | None = None
    #: Whether the request was begun before, by a process that did not end it.
    again: bool = False
    #: Whether the result is for the person alone; None as the operation declares.
    private: bool | None = None

    @property
    def alone(self) -> bool:
        """Whether the result is shown to the person alone."""
        return self.operation.private if self.private is None else self.private


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished run and what it gave; `known`: it had ended before, so its files have no contents."""

    run: str
    result: Result
    known: bool = False


class Records:
    """The runs' records."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def begin(
        self, ask: Ask, values: Values, connection: str | None, *, confirm: Confirm, told: Told = None
    ) -> tuple[Run, bool]:
        """The run of this request, and whether to carry it out: nothing is done twice that must not be.

        `confirm` is asked in the same transaction whether it is still allowed; `told` is what the audit
        notes of it.
        """
        workspace = ask.person.workspace
        async with self._store.begin() as unit:
            run = await unit.runs.get(workspace, ask.key) if ask.key else None
            if run is None:
                run, begins = await _added(unit, ask, values, "calling", connection), True
            elif run.state == "asked":
                begins = await unit.runs.calling(workspace, run.id, connection=connection)
            elif run.state == "calling" and ask.again:
                begins = harmless(ask.operation, values)
                if not begins:
                    await unit.runs.finish(
                        workspace, run.id, state="interrupted", result={"private": ask.alone}
                    )
                    run = replace(run, state="interrupted")
                    await note(unit, run, told, "interrupted")
            else:
                begins = False
            if begins:
                await confirm(unit)
                await note(unit, run, told, "begun")
        return run, begins

    async def ask(self, ask: Ask, values: Values) -> str:
        """Keep what is to be confirmed before it is done; the run's id."""
        async with self._store.begin() as unit:
            run = await unit.runs.get(ask.person.workspace, ask.key) if ask.key else None
            return (run or await _added(unit, ask, values, "asked", ask.connection)).id

    async def refuse(self, ask: Ask, wrong: BotError) -> None:
        """Keep what could not even begin, as it was typed, so that it can be changed and asked again."""
        if wrong.run or isinstance(wrong, Forbidden | Unavailable):
            return
        async with self._store.begin() as unit:
            run = await unit.runs.get(ask.person.workspace, ask.key) if ask.key else None
            run = run or await _added(unit, ask, ask.raw, "asked", ask.connection)
            await _finish(unit, ask, run.id, "failed", error=wrong.text)
        wrong.run = run.id

    async def end(
        self,
        ask: Ask,
        run: Run,
        state: Ended,
        result: Result | None = None,
        *,
        told: Told = None,
        **more: Any,
    ) -> None:
        """Keep how a run ended."""
        if result is not None:
            names = ("model", "input_tokens", "output_tokens", "request_id")
            more = {name: getattr(result, name) for name in names}
        async with self._store.begin() as unit:
            await _finish(unit, ask, run.id, state, result, **more)
            await note(unit, run, told, state, more.get("request_id"))

    async def shown(self, workspace: str, run: str, result: Result, *, public: bool = False) -> None:
        """Keep where the files of a result are by now, and whether all in its channel see it."""
        async with self._store.begin() as unit:
            known = await unit.runs.get(workspace, run)
            if known and known.result:
                told = {"private": False} if public else {}
                await unit.runs.keep(workspace, run, {**known.result, **kept.result(result), **told})

    async def find(self, person: Person, run: str, channel: str | None) -> Run:
        """A run that this person asked for, or whose result all see in this channel. Raises NotFound."""
        async with self._store.read() as unit:
            found = await unit.runs.get(person.workspace, run)
        if found and (found.user == person.id or (channel and shown_in(found) == channel)):
            return found
        raise NotFound(LOST)


def harmless(operation: Operation, values: Values) -> bool:
    """Whether doing it twice is as good as once: it changes nothing and costs nothing."""
    return not operation.spends and operation.weigh(values)[0] is Effect.READ


def ended(run: Run, operation: Operation) -> Outcome:
    """What came of a run that is not to be carried out (again). Raises how it failed."""
    if run.state == "done" and run.result is not None:
        return Outcome(run.id, kept.opened(run.result), known=True)
    if run.state in {"asked", "calling"}:
        raise BotError(DOING)
    costly = COSTLY if operation.spends else None
    wrong = BotError(run.error) if run.state == "failed" else Interrupted(costly)
    wrong.run = run.id
    raise wrong


def private(run: Run) -> bool | None:
    """Whether the run's result is for its person alone; None where nothing says so."""
    return (run.result or {}).get("private")


def shown_in(run: Run) -> str | None:
    """The channel in which everybody sees the run's result."""
    return run.channel if run.state == "done" and private(run) is False else None


def ask_again(run: Run, person: Person, module: Module, operation: Operation) -> Ask:
    """The same asked for once more; files go along only for the one who gave them."""
    theirs = () if run.user == person.id else kept.file_fields(operation)
    return Ask(
        person=person, module=module, operation=operation, surface="button", connection=run.connection,
        raw={name: value for name, value in run.values.items() if name not in theirs}, channel=run.channel,
        thread_ts=run.thread_ts, private=private(run),
    )  # fmt: skip


async def _added(unit: Unit, ask: Ask, values: Values, state: State, connection: str | None) -> Run:
    return await unit.runs.add(
        ask.person.workspace, module=ask.module.name, operation=ask.operation.name, surface=ask.surface,
        user=ask.person.id, channel=ask.channel, thread_ts=ask.thread_ts, connection=connection,
        values=kept.values(ask.operation, values), state=state, run=ask.key,
    )  # fmt: skip


async def _finish(
    unit: Unit, ask: Ask, run: str, state: State, result: Result | None = None, **more: Any
) -> None:
    told = {"private": ask.alone} | (kept.result(result) if result else {})
    await unit.runs.finish(ask.person.workspace, run, state=state, result=told, **more)
