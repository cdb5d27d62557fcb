"""How soon to look at a followed job again: by its status, by how quiet it is, and by what goes wrong."""

import random
from collections.abc import Callable

#: Seconds between two looks at a job about which something new was just found.
SOON = {"validating_files": 15.0, "queued": 30.0, "running": 15.0, "pausing": 15.0, "paused": 120.0}
OTHERWISE = 60.0
#: Each look that finds nothing new makes the pause so much longer, to so many seconds at most.
GROWTH, LONGEST = 1.5, 120.0
#: After failures: doubled each time, to so many seconds at most.
FIRST_FAILURE, LONGEST_FAILURE = 15.0, 600.0
#: What a pause varies by, so that neither replicas nor jobs march in step.
JITTER = 0.2


class Pace:
    """Seconds until the next look; `dice` gives 0 to 1."""

    def __init__(self, dice: Callable[[], float] = random.random) -> None:
        self._dice = dice

    def after(self, status: str, quiet: int) -> float:
        """After a look; `quiet` looks in a row found nothing new."""
        return self._varied(min(LONGEST, SOON.get(status, OTHERWISE) * GROWTH ** min(quiet, 20)))

    def after_failure(self, failures: int, asked: float | None = None) -> float:
        """After a look that got no answer, the `failures`th in a row; `asked`: what OpenAI wants at least."""
        grown = min(LONGEST_FAILURE, FIRST_FAILURE * 2.0 ** min(failures - 1, 20))
        return max(asked or 0.0, self._varied(grown))

    def soon(self, seconds: float) -> float:
        """About so many seconds."""
        return self._varied(seconds)

    def _varied(self, seconds: float) -> float:
        return seconds * (1 - JITTER + 2 * JITTER * self._dice())
