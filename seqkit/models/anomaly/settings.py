"""Everything that can be chosen about forecasters and detectors, each default once."""

from dataclasses import dataclass

from seqkit.errors import InputError
from seqkit.models.settings import check_settings, setting

STRATEGIES = ("direct", "recursive")
METHODS = ("forecast", "reconstruction", "both")
SCORERS = ("absolute", "mahalanobis")
MISSING = ("", "nan", "na", "n/a", "null", "none")  # cells without a reading, lowered
THRESHOLDS = ("peaks", "quantile", "dynamic", "fixed")


@dataclass(frozen=True)
class ForecasterSettings:
    """The choices behind a `Forecaster`: network and training.

    Raises:
        InputError: A value breaks its rule; the message names the field.

    Example:
        >>> ForecasterSettings(network="GRU", horizon=10).steps_at_once
        10
        >>> ForecasterSettings(horizon=0)
        Traceback (most recent call last):
        ...
        seqkit.errors.InputError: horizon must be at least 1; got 0
    """

    network: str = setting(
        "LSTM", "recurrent layer: the name of any in seqkit.layers", network=True
    )
    layers: int = setting(1, "recurrent layers, one over the other", minimum=1)
    units: int = setting(32, "units of each recurrent layer", minimum=1)
    horizon: int = setting(10, "steps that are forecast", minimum=1)
    strategy: str = setting(
        "direct", "forecast all steps at once, or each from the one before",
        choices=STRATEGIES,
    )  # fmt: skip
    coverage: float = setting(
        0.95, "share of readings inside the intervals around forecasts",
        above=0, below=1,
    )  # fmt: skip
    window: int = setting(
        100,
        "readings of a window of training, and before the first forecast",
        minimum=2,
    )
    validation: float = setting(
        0.2, "last share of the training readings: for early stopping and intervals",
        above=0, below=1,
    )  # fmt: skip
    epochs: int = setting(
        20, "greatest number of epochs, of 20 steps each; 0 leaves it untrained",
        minimum=0,
    )  # fmt: skip
    patience: int = setting(
        5, "epochs without a better validation loss before training stops", minimum=1
    )
    batch_size: int = setting(16, "windows in a training step", minimum=1)
    learning_rate: float = setting(5e-3, "learning rate of Adam", above=0)
    clipnorm: float = setting(1.0, "greatest norm of all gradients together", above=0)
    seed: int = setting(1, "seed of weights and windows", minimum=0)

    def __post_init__(self) -> None:
        check_settings(self)

    @property
    def steps_at_once(self) -> int:
        """The steps that the network itself forecasts."""
        return self.horizon if self.strategy == "direct" else 1


@dataclass(frozen=True)
class DetectorSettings(ForecasterSettings):
    """The choices behind an `AnomalyDetector`: a forecaster's, score and threshold.

    Raises:
        InputError: A value breaks its rule; the message names the field.

    Example:
        >>> DetectorSettings(threshold="fixed", level=4.0).level
        4.0
    """

    method: str = setting(
        "forecast", "where errors come from; both: from each, scored as one",
        choices=METHODS,
    )  # fmt: skip
    reconstructed: int = setting(
        32, "reconstruction: readings that are read and written again", minimum=2
    )
    scorer: str = setting(
        "absolute", "what makes a score of the errors of all steps and channels",
        choices=SCORERS,
    )  # fmt: skip
    scored_steps: int = setting(
        0, "forecasts of a reading whose errors are scored, the latest first; 0: all",
        minimum=0,
    )  # fmt: skip
    smoothing: float = setting(
        1.0, "readings over which the score is smoothed; 1 does not", minimum=1
    )
    threshold: str = setting(
        "peaks", "how the threshold is found: peaks over threshold, a quantile of the "
        "training scores, dynamic over the scores at hand, or fixed",
        choices=THRESHOLDS,
    )  # fmt: skip
    risk: float = setting(
        1e-4, "peaks: probability of a false alarm at a reading", above=0, below=0.02
    )
    share: float = setting(
        0.999, "quantile: share of training scores below it", above=0, below=1
    )
    decrease: float = setting(
        0.13, "dynamic: least step down from one peak to the next that is normal",
        minimum=0, below=1,
    )  # fmt: skip
    buffer: int = setting(
        0, "dynamic: readings on both sides of an anomaly that belong to it", minimum=0
    )
    level: float = setting(3.0, "fixed: the threshold", minimum=0)
    adapt: float = setting(
        0.0, "readings over which the threshold follows the scores; 0: it stays",
        minimum=0,
    )  # fmt: skip
    gap: int = setting(
        100, "anomalous readings with so many others between are one event", minimum=0
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.scored_steps and self.method != "forecast":
            raise InputError(
                f"scored_steps goes with method forecast; got method {self.method}"
            )
        if self.scored_steps > self.horizon:
            raise InputError(
                f"scored_steps must be at most horizon, {self.horizon}; got "
                f"{self.scored_steps}"
            )

    @property
    def scored(self) -> slice:
        """The errors that are scored, of all steps."""
        return slice(self.scored_steps or None)
