"""Everything that can be chosen about forecasters and detectors, each default once."""

from dataclasses import dataclass

from seqkit.models.settings import (
    GREATEST_SEED,
    check_settings,
    describe_settings,
    setting,
)

RECURRENT = ("auto", "always", "never")

_TRAINED = {"recurrent": ("auto", "always")}  # what a network's choices go with
THRESHOLDS = ("peaks", "quantile", "dynamic", "fixed")


@describe_settings
@dataclass(frozen=True)
class ForecasterSettings:
    """The choices behind a `Forecaster`: what it looks at, network and training.

    Raises:
        InputError: A value breaks its rule; the message names the field.

    Example:
        >>> ForecasterSettings(network="GRU", horizon=10).horizon
        10
        >>> ForecasterSettings(horizon=0)
        Traceback (most recent call last):
        ...
        seqkit.errors.InputError: horizon must be at least 1; got 0
    """

    horizon: int = setting(10, "steps that are forecast", minimum=1)
    lags: int = setting(
        32,
        "readings that the linear forecast looks at; fewer where channels are many",
        minimum=1,
    )
    seasons: bool = setting(True, "look for a day, a week or another period")
    recurrent: str = setting(
        "auto",
        "recurrent network on what the linear forecast leaves: where it seems "
        "worth while and proves better on readings held out, always, or never",
        choices=RECURRENT,
    )
    network: str = setting(
        "LSTM",
        "recurrent layer: the name of any in seqkit.layers",
        network=True,
        goes_with=_TRAINED,
    )
    layers: int = setting(
        1, "recurrent layers, one over the other", minimum=1, goes_with=_TRAINED
    )
    units: int = setting(
        32, "units of each recurrent layer", minimum=1, goes_with=_TRAINED
    )
    coverage: float = setting(
        0.95,
        "share of readings inside the intervals around forecasts",
        above=0,
        below=1,
    )
    window: int = setting(
        100, "readings of a window of training", minimum=2, goes_with=_TRAINED
    )
    validation: float = setting(
        0.2,
        "last share of the training readings: for early stopping and intervals",
        above=0,
        below=1,
    )
    epochs: int = setting(
        20,
        "greatest number of epochs, of 20 steps each; 0 leaves it untrained",
        minimum=0,
        goes_with=_TRAINED,
    )
    patience: int = setting(
        5,
        "epochs without a better validation loss before training stops",
        minimum=1,
        goes_with=_TRAINED,
    )
    batch_size: int = setting(
        16, "windows in a training step", minimum=1, goes_with=_TRAINED
    )
    learning_rate: float = setting(
        5e-3, "learning rate of Adam", above=0, goes_with=_TRAINED
    )
    clipnorm: float = setting(
        1.0, "greatest norm of all gradients together", above=0, goes_with=_TRAINED
    )
    seed: int = setting(
        1, "seed of weights and windows", minimum=0, maximum=GREATEST_SEED
    )

    def __post_init__(self) -> None:
        check_settings(self)


@describe_settings
@dataclass(frozen=True)
class DetectorSettings(ForecasterSettings):
    """The choices behind an `AnomalyDetector`: a forecaster's, score and threshold.

    Raises:
        InputError: A value breaks its rule; the message names the field.

    Example:
        >>> DetectorSettings(threshold="fixed", level=4.0).level
        4.0
    """

    horizon: int = setting(1, "steps that `forecast` may foretell", minimum=1)
    relations: bool = setting(True, "judge a channel by the others at the same moment")
    shapes: bool = setting(True, "judge the form of the last 16 and 128 readings")
    past: float = setting(
        1000.0, "readings of the past that a score is compared with", minimum=1
    )
    threshold: str = setting(
        "peaks",
        "how the threshold is found: peaks over threshold, a quantile of the "
        "training scores, dynamic over the scores at hand, or fixed",
        choices=THRESHOLDS,
    )
    false_alarms: float = setting(
        0.1,
        "peaks: false alarms that may be, in 100,000 readings",
        above=0,
        goes_with={"threshold": ("peaks",)},
    )
    share: float = setting(
        0.999,
        "quantile: share of training scores that are not above it",
        above=0,
        maximum=1,
        goes_with={"threshold": ("quantile",)},
    )
    decrease: float = setting(
        0.05,
        "dynamic: least step down from one peak to the next that is normal",
        minimum=0,
        below=1,
        goes_with={"threshold": ("dynamic",)},
    )
    buffer: int = setting(
        100,
        "dynamic: readings on both sides of an anomaly that belong to it",
        minimum=0,
        goes_with={"threshold": ("dynamic",)},
    )
    level: float = setting(
        30.0, "fixed: the threshold", minimum=0, goes_with={"threshold": ("fixed",)}
    )
    gap: int = setting(50, "calm readings that an event may have within it", minimum=0)
    low: float = setting(
        0.7, "share of the threshold that keeps an event going", above=0, maximum=1
    )
