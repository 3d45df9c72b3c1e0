"""Where errors come from besides the forecast: other channels, shapes, the season."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from seqkit.models.anomaly.normal import Normal, Read, Step
from seqkit.models.anomaly.settings import DetectorSettings
from seqkit.series import Fitted, Gaps, Relations, Shapes

_LENGTH, _BLOCK = 16, 8  # numbers of a window; readings of a block of the long one
_LONG = "long shapes"


@dataclass(frozen=True)
class Sources(Fitted):
    """All that a channel is compared with, each a row of its errors.

        forecast    how far the reading is from what was forecast of it
        relations   and from what the other channels say at the same moment
        shapes      how far the last 16 readings are from all windows of the training
        long shapes and the last 128, in blocks of 8
        season      how far the reading is from what is usual at its place

    A reading that is missing has no errors, nor has one soon after a gap (`Gaps`).

    Args:
        relations: None where no channel is explained by the others.
        shapes: None where training readings are too few, or not wanted.
        long_shapes: The same.
        season: Whether there is one.
        gaps: What of the readings can be judged.
    """

    relations: Relations | None
    shapes: Shapes | None
    long_shapes: Shapes | None
    season: bool
    gaps: Gaps

    @classmethod
    def fit(cls, read: Read, normal: Normal, settings: DetectorSettings) -> "Sources":
        """Fit to training readings."""
        targets = normal.targets
        short = long = None
        if settings.shapes:
            short = Shapes.fit(read.past[:, :targets], _LENGTH)
            long = Shapes.fit(read.past[:, :targets], _LENGTH, _BLOCK)
        relations = Relations.fit(read.past, targets) if settings.relations else None
        gaps = Gaps.fit(read.truth, normal.linear.lags)
        return cls(relations, short, long, normal.season is not None, gaps)

    @property
    def names(self) -> list[str]:
        """Of the sources there are, in order."""
        there = {
            "forecast": True, "relations": self.relations, "shapes": self.shapes,
            _LONG: self.long_shapes, "season": self.season,
        }  # fmt: skip
        return [name for name, source in there.items() if source]

    @property
    def short(self) -> list[int]:
        """Places of the sources whose errors are of now, not of the last 128 readings.

        Of those, shapes remember 16 readings, and forecasts the lags.
        """
        return [n for n, name in enumerate(self.names) if name != _LONG]

    @property
    def memory(self) -> int:
        """Readings of the past that windows are made of."""
        both = (self.shapes, self.long_shapes)
        return max((each.memory for each in both if each), default=1)

    def errors(
        self, read: Read, expected: np.ndarray, training: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """Give the errors of a series, and how silent its channels are.

        Args:
            read: The series.
            expected: What was forecast of each reading (time, C).
            training: Whether it is that of the fit: then a window is not compared with
                its own.

        Returns:
            Errors (time, sources, C), and silence (time, C).
        """
        targets = read.truth.shape[1]
        parts = [read.truth - expected]
        if self.relations:
            parts.append(self.relations.run(read.past))
        for each in (self.shapes, self.long_shapes):
            if each:
                past = read.past[:, :targets]
                parts.append(each.of_training(past) if training else each.run(past))
        if self.season and read.usual is not None:
            parts.append(read.truth - read.usual[: len(read.truth)])
        errors = np.stack(parts, axis=1)
        found = self.gaps.run(~np.isnan(read.truth))
        errors[np.broadcast_to(~found.settled[:, None], errors.shape)] = np.nan
        return errors, found.silence

    def step(self, step: Step, expected: Any, state: list, ops: Any) -> tuple:
        """Give errors (sources, C) and silence (C,) of a reading, and a state."""
        targets = step.truth.shape[0]
        parts = [step.truth - expected]
        if self.relations:
            parts.append(self.relations.step(step.past[-1], [], ops)[0])
        for each in (self.shapes, self.long_shapes):
            if each:
                distance, _ = each.step(step.past[-each.memory :, :targets], [], ops)
                parts.append(ops.where(step.count >= each.memory, distance, np.nan))
        if self.season:
            parts.append(step.truth - step.usual)
        found, state = self.gaps.step(step.read[:targets], state, ops)
        errors = ops.where(found.settled[None], ops.stack(parts), np.nan)
        return errors, found.silence, state
