"""How the learning rate changes while a translator is trained."""

import math
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("seqkit")
class WarmUpAndDecay(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that rises linearly, then falls.

        rate(t) = peak · min((t + 1) / warmup, 1) · decay(t)

    where decay is 1 ("constant"), ½ (1 + cos(π t / steps)) ("cosine", zero at the
    end), or √(warmup / max(t + 1, warmup)) ("inverse-sqrt").

    Args:
        peak: The greatest rate.
        kind: "constant", "cosine" or "inverse-sqrt".
        warmup: Steps in which it rises; 0 for none.
        steps: Steps in all, which "cosine" looks at.

    Example:
        >>> schedule = WarmUpAndDecay(1.0, "cosine", warmup=10, steps=100)
        >>> [round(float(schedule(step)), 3) for step in (0, 9, 50, 100)]
        [0.1, 0.98, 0.5, 0.0]
    """

    def __init__(self, peak: float, kind: str, warmup: int, steps: int) -> None:
        self.peak, self.kind, self.warmup, self.steps = peak, kind, warmup, steps

    def __call__(self, step: Any) -> Any:
        """Give the rate of a step, the first being 0."""
        step = ops.cast(step, "float32")
        warmup = float(max(self.warmup, 1))
        rate = self.peak * ops.minimum((step + 1) / warmup, 1.0)
        if self.kind == "cosine":
            share = ops.minimum(step / self.steps, 1.0)
            return rate * 0.5 * (1 + ops.cos(math.pi * share))
        if self.kind == "inverse-sqrt":
            return rate * ops.sqrt(warmup / ops.maximum(step + 1, warmup))
        return rate

    def get_config(self) -> dict[str, Any]:
        """Give what `from_config` needs."""
        names = ("peak", "kind", "warmup", "steps")
        return {name: getattr(self, name) for name in names}
