"""What a fine-tuning job is, with its events, checkpoints and pace; knows no request, nor how it goes on."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from bot.playground.openai.finetuning_metrics import Metrics

ENDED = frozenset({"succeeded", "failed", "cancelled"})


@dataclass(slots=True)
class Pace:
    """How fast jobs go, in seconds, and whether new ones are taken; changed through the control API."""

    validating: float = 2.0
    queued: float = 3.0
    step: float = 0.5
    finishing: float = 2.0
    pausing: float = 1.0
    steps: int | None = None  # steps of a whole job; None: as many as its examples, epochs and batches make
    winding_down: bool = False  # since July 2026 most organizations cannot create jobs any more


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a job's log."""

    id: str
    created_at: int
    level: str
    message: str
    type: str
    data: dict[str, Any]

    def json(self) -> dict[str, Any]:
        """The event object."""
        return {
            "id": self.id,
            "object": "fine_tuning.job.event",
            "created_at": self.created_at,
            "level": self.level,
            "message": self.message,
            "type": self.type,
            "data": self.data,
        }


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model as it was at the end of an epoch."""

    id: str
    job_id: str
    created_at: int
    model: str
    step: int
    metrics: Metrics

    def json(self) -> dict[str, Any]:
        """The checkpoint object."""
        return {
            "id": self.id,
            "object": "fine_tuning.job.checkpoint",
            "created_at": self.created_at,
            "fine_tuned_model_checkpoint": self.model,
            "fine_tuning_job_id": self.job_id,
            "metrics": {name: value for name, value in self.metrics.items() if name != "total_steps"},
            "step_number": self.step,
        }


@dataclass(slots=True, eq=False)
class Job:
    """A fine-tuning job; `since` is when its present state or step began."""

    id: str
    project: str
    organization: str
    created_at: int
    since: float
    model: str
    training_file: str
    validation_file: str | None
    suffix: str | None
    seed: int
    method: str
    hyperparameters: dict[str, Any]
    grader: dict[str, Any] | None = None
    metadata: dict[str, str] | None = None
    integrations: list[dict[str, Any]] = field(default_factory=list)
    status: str = "validating_files"
    step: int = 0
    total_steps: int = 0
    tokens: int = 0  # of the training file, once it was read
    figures: list[Metrics] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    error: dict[str, str | None] | None = None
    fine_tuned_model: str | None = None
    finished_at: int | None = None
    result_files: list[str] = field(default_factory=list)
    trained_tokens: int | None = None
    follower: asyncio.Task[None] | None = None

    def due(self, pace: Pace) -> float | None:
        """When the next thing happens by itself, or None when nothing will."""
        step = pace.step if self.step < self.total_steps else pace.finishing
        seconds = {
            "validating_files": pace.validating,
            "queued": pace.queued,
            "running": step,
            "pausing": pace.pausing,
        }.get(self.status)
        return None if seconds is None else self.since + seconds

    def json(self, pace: Pace) -> dict[str, Any]:
        """The job object."""
        common = ("batch_size", "learning_rate_multiplier", "n_epochs")
        method: dict[str, Any] = {"hyperparameters": self.hyperparameters}
        if self.grader is not None:
            method["grader"] = self.grader
        ahead = (self.total_steps - self.step) * pace.step + pace.finishing
        return {
            "id": self.id,
            "object": "fine_tuning.job",
            "created_at": self.created_at,
            "finished_at": self.finished_at,
            "estimated_finish": int(self.since + ahead) if self.status == "running" else None,
            "status": self.status,
            "model": self.model,
            "fine_tuned_model": self.fine_tuned_model,
            "user_provided_suffix": self.suffix,
            "training_file": self.training_file,
            "validation_file": self.validation_file,
            "result_files": self.result_files,
            "trained_tokens": self.trained_tokens,
            "hyperparameters": {name: self.hyperparameters[name] for name in common},
            "method": {"type": self.method, self.method: method},
            "seed": self.seed,
            "error": self.error,
            "organization_id": self.organization,
            "integrations": self.integrations,
            "metadata": self.metadata,
        }
