"""What is measured: networks, layer points, fit points, floors.

Every size that the tables and the README speak of is written here once.
"""

from __future__ import annotations

import dataclasses

SECTIONS = ("fit", "layers", "memory")
NETWORKS = ("SimpleRNN", "LSTM", "GRU", "Elman", "Jordan")
COUNTERPARTS = ("SimpleRNN", "LSTM", "GRU")
"""Networks that Keras and PyTorch have too; the others are held against SimpleRNN."""

MODES = ("inference", "gradients")
FEEDS = ("static", "unknown", "bucketed")
TIMES = (32, 128)

THREADS = 2
BATCH = 32
VOCABULARY = 5000
EMBEDDING = 64
UNITS = 128
BUCKETS = 4


@dataclasses.dataclass(frozen=True)
class LayerPoint:
    """One layer alone: `(batch, time, features)` in, all outputs out."""

    batch: int
    time: int
    features: int
    units: int

    @classmethod
    def parse(cls, text: str) -> LayerPoint:
        """Read `"32x100x64x128"`: batch, time, features, units."""
        sizes = text.split("x")
        if len(sizes) != 4 or not all(s.isdigit() and int(s) > 0 for s in sizes):
            raise ValueError(
                "a point is BATCHxTIMExFEATURESxUNITS, four positive integers, such "
                f"as 32x100x64x128; received {text!r}"
            )
        return cls(*map(int, sizes))

    def __str__(self) -> str:
        return f"{self.batch}x{self.time}x{self.features}x{self.units}"


def fit_label(time: int, feed: str) -> str:
    """What a fit point is called in tables: `"128 static"`."""
    return f"{time} {feed}"


@dataclasses.dataclass(frozen=True)
class FitPoint:
    """The text model inside `fit`, for one network, longest time and way of feeding.

    `static` and `unknown` feed arrays of full length, with the time dimension fixed
    or left open in the model; `bucketed` feeds rows of random length from a tf.data
    pipeline that pads each batch to the end of its bucket, and masks the padding.
    """

    network: str
    time: int
    feed: str
    steps: int
    batch: int = BATCH
    vocabulary: int = VOCABULARY
    embedding: int = EMBEDDING
    units: int = UNITS

    def __post_init__(self) -> None:
        if self.masked and self.time % BUCKETS:
            raise ValueError(
                f"the longest time of the bucketed feed must be a multiple of its "
                f"{BUCKETS} buckets; received {self.time}"
            )

    @property
    def masked(self) -> bool:
        return self.feed == "bucketed"

    @property
    def rows(self) -> int:
        return self.steps * self.batch

    @property
    def bucket_ends(self) -> list[int]:
        """Lengths that rows are padded to: quarters of the longest."""
        return [self.time * (i + 1) // BUCKETS for i in range(BUCKETS)]

    @property
    def label(self) -> str:
        """The point without its network, as the tables name it."""
        return fit_label(self.time, self.feed)


LAYER_POINTS = tuple(
    LayerPoint(*sizes)
    for sizes in (
        (32, 100, 64, 128),
        (64, 50, 128, 256),
        (32, 400, 32, 64),
        (1, 1000, 16, 64),
        (128, 30, 64, 512),
    )
)
SMALLEST_LAYER_POINT = LayerPoint(2, 3, 4, 4)
"""Calls everything once, so that what a framework allocates once is not measured."""


@dataclasses.dataclass(frozen=True)
class Floors:
    """What the project asks of itself, as ratios of times."""

    # Above 1, seqkit is faster.
    fit_each: float = 1.15
    fit_mean: float = 1.6
    fit_long_mean: float = 1.0
    gradients_each: float = 1.0
    gradients_mean: float = 2.5
    inference_each: float = 1 / 1.1
    # Time of Elman and Jordan in that of SimpleRNN.
    feedback_slowdown: float = 1.6
    compilations: int = 8


FLOORS = Floors()
