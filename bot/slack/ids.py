"""The names of our own buttons, and what their values carry: ids, nothing else."""

from bot.services.conversations import Answer

#: Ask for an answer anew. Value: `turn`.
AGAIN = "answer.again"
#: Let the model go on where its limit of tokens ended it.
CONTINUE = "answer.continue"
#: Show the list of modules.
OVERVIEW = "help.overview"
#: Open the form of `module/operation`.
OPEN = "form.open"


def answer(answer: Answer) -> str:
    """The value of a button under an answer."""
    return answer.turn.id
