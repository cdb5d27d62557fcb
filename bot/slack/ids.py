"""The names of our own buttons, and what their values carry: ids, nothing else."""

from bot.services.conversations import Answer

#: Ask for an answer anew. Value: `turn`.
AGAIN = "answer.again"
#: Let the model go on where its limit of tokens ended it.
CONTINUE = "answer.continue"
#: What somebody thinks of an answer. Value: `turn/verdict`.
VERDICT = "answer.verdict"
#: Use an answer as it stands in another module: the click brings the message along.
USE = "answer.use"
#: Show the list of modules.
OVERVIEW = "help.overview"
#: Open the form of `module/operation`.
OPEN = "form.open"
#: What the names of all buttons about a run begin with.
RUN = "run."
#: What is done with a run: the same again, its form with its values, its result in the channel, and what was
#: asked about before it is done. Value: `run`.
RUN_AGAIN, RUN_CHANGE, RUN_POST = "run.again", "run.change", "run.post"
RUN_CONFIRM, RUN_DROP = "run.confirm", "run.drop"
#: Use a run's result in another operation. Value: `run/module/operation`.
RUN_USE = "run.use"
#: What the names of all buttons about a followed job begin with. Value: `watch`.
JOB = "job."
JOB_PAUSE, JOB_RESUME, JOB_CANCEL = "job.pause", "job.resume", "job.cancel"
JOB_CHECKPOINTS, JOB_UNFOLLOW = "job.checkpoints", "job.unfollow"
#: What can be done with what a job made: talk to it, or set it beside its base.
JOB_TRY, JOB_COMPARE = "job.try", "job.compare"
#: Which of two answers is liked more. Value: `watch/comparison/choice`.
JOB_VOTE = "job.vote"


def answer(answer: Answer) -> str:
    """The value of a button under an answer."""
    return answer.turn.id
