"""Makes pictures from a description and shows them while they are made, where the model can."""

from bot.drawing import DESCRIPTION, PATIENCE, SETTINGS, order, result, watch
from bot.module import Context, Module, Operation, Result, Values

PATH = "/images/generations"


async def generate(context: Context, values: Values) -> Result:
    """Make one picture or several."""
    ordered = order(context, values, values["prompt"])
    if ordered.streams:
        return await watch(context, PATH, ordered, ordered.body)
    answer = await context.ask.post(PATH, ordered.body, deadline=PATIENCE)
    return result(answer.data, ordered, answer.request_id)


IMAGE = Module(
    name="image",
    title="Image",
    summary="Make pictures from a description",
    operations=(
        Operation(
            name="generate", title="Make a picture", summary="Makes pictures from a description",
            fields=(DESCRIPTION, *SETTINGS), call=generate,
            example={"prompt": "A lighthouse at dusk, in watercolour", "size": "1536x1024"},
            spends=True, private=False,
        ),
    ),
)  # fmt: skip
