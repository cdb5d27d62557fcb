"""The figures of a training run: loss curves that fall as real ones do, and the result file made of them."""

import base64
import math
import random

Metrics = dict[str, float]

START_LOSS, END_LOSS = 2.4, 0.35  # what a small chat fine-tune typically begins and ends at


def metrics_at(step: int, total: int, seed: int, *, validation: bool, full: bool) -> Metrics:
    """The metrics of one step (1…total), the same for the same seed; `full` adds the full validation pass."""
    dice = random.Random(f"{seed}:{step}")
    falling = END_LOSS + (START_LOSS - END_LOSS) * math.exp(-4 * step / total)
    train = max(0.01, falling * (1 + dice.uniform(-0.12, 0.12)))
    figures: Metrics = {
        "step": step,
        "total_steps": total,
        "train_loss": round(train, 5),
        "train_mean_token_accuracy": _accuracy(train),
    }
    if validation:
        valid = falling * (1.12 + dice.uniform(-0.05, 0.05))
        figures |= {"valid_loss": round(valid, 5), "valid_mean_token_accuracy": _accuracy(valid)}
        if full:
            whole = falling * 1.15
            figures |= {
                "full_valid_loss": round(whole, 5),
                "full_valid_mean_token_accuracy": _accuracy(whole),
            }
    return figures


def summary(figures: Metrics) -> str:
    """The step event's message: "Step 3/9: training loss=1.20, validation loss=1.31"."""
    text = (
        f"Step {figures['step']:.0f}/{figures['total_steps']:.0f}: training loss={figures['train_loss']:.2f}"
    )
    if "valid_loss" in figures:
        text += f", validation loss={figures['valid_loss']:.2f}"
    if "full_valid_loss" in figures:
        text += f", full validation loss={figures['full_valid_loss']:.2f}"
    return text


def result_file(steps: list[Metrics]) -> bytes:
    """The result file's content: base64 of a CSV with a row for each step, empty where there is no figure."""
    columns = ("train_loss", "train_mean_token_accuracy", "valid_loss", "valid_mean_token_accuracy")
    rows = ["step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy"]
    rows += [
        ",".join([f"{figures['step']:.0f}", *(str(figures.get(column, "")) for column in columns)])
        for figures in steps
    ]
    return base64.b64encode(("\n".join(rows) + "\n").encode())


def _accuracy(loss: float) -> float:
    return round(min(0.999, math.exp(-0.35 * loss)), 5)
