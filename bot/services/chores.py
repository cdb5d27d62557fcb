"""What the timetable alone does: looks at followed jobs, warns of shutdowns, ends stuck answers."""

from bot.services import shutdowns, stuck, ticking, watches
from bot.services.inbox import Every
from bot.services.shutdowns import Shutdowns
from bot.services.stuck import Stuck
from bot.services.ticking import Ticking
from bot.services.watches import Watches


class Chores:
    """Enters them into a timetable, `every(seconds, call, name)`."""

    def __init__(self, jobs: Watches, models: Shutdowns, answers: Stuck, kept: Ticking) -> None:
        self._jobs = jobs
        self._models = models
        self._answers = answers
        self._kept = kept

    def start(self, every: Every) -> None:
        """Begin."""
        every(watches.EVERY, self._jobs.tick, "watches")
        every(stuck.EVERY, self._answers.close, "stuck")
        every(shutdowns.EVERY, self._models.tell, "shutdowns")
        every(ticking.EVERY, self._kept.note, "timetable")
