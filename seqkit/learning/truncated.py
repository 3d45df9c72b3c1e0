"""Truncated back-propagation through time: long series in chunks, the state carried."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np

from seqkit.cells import checks


class Chunk(NamedTuple):
    """A batch: one chunk of a series in each row."""

    inputs: np.ndarray  # (batch_size, length, features)
    targets: np.ndarray  # (batch_size, length, ...)
    weights: np.ndarray  # (batch_size, length), 0 where a series is over
    starts: np.ndarray  # (batch_size,), whether a series begins


class SeriesChunks(keras.utils.PyDataset):
    """Batches for truncated back-propagation through time.

    Each row of the batches reads its series from the first chunk to the last, then the
    next one: the series are shared out among the rows, the longest first, so that all
    rows end at about the same time. What a series lacks of its last chunk has the
    weight 0, and so has a row without a series. Shuffling changes which series come
    when, between epochs; the chunks of a series stay in one row, in their order,
    whatever order of batches `fit` asks for.

    With `CarryState` the state of stateful layers is carried from chunk to chunk, and
    no gradient goes back beyond a chunk. Iterating gives `Chunk`s, for a loop of one's
    own; `fit` gets inputs, targets and weights.

    Args:
        series: arrays `(time, features)`, of any lengths.
        targets: arrays `(time, ...)`, one for each series.
        length: steps of a chunk.
        batch_size: rows.
        shuffle: whether to change the order of the series in every epoch.
        seed: of the order.

    Raises:
        ValueError: an argument is out of its range, or a series and its targets differ
            in length.

    Example: two series in two rows; the second ends within its second chunk.
    >>> series = [np.ones((6, 1)), np.ones((4, 1))]
    >>> chunks = SeriesChunks(series, series, length=3, batch_size=2)
    >>> [chunk.weights.astype(int).tolist() for chunk in chunks.epoch()]
    [[[1, 1, 1], [1, 1, 1]], [[1, 1, 1], [1, 0, 0]]]
    >>> [chunk.starts.tolist() for chunk in chunks.epoch()]
    [[True, True], [False, False]]

    Reference: R. J. Williams, J. Peng, "An efficient gradient-based algorithm for
    on-line training of recurrent network trajectories", Neural Computation 2, 1990.
    """

    def __init__(
        self,
        series: Sequence,
        targets: Sequence,
        length: int,
        batch_size: int = 1,
        shuffle: bool = False,
        seed: int = 0,
    ):
        super().__init__()
        self.length = checks.positive_integer("length", length)
        self.batch_size = checks.positive_integer("batch_size", batch_size)
        self.shuffle = checks.flag("shuffle", shuffle)
        self.series = _arrays("series", series)
        self.targets = _arrays("targets", targets)
        if self.series[0].ndim < 2:
            raise ValueError(
                "`series` must hold arrays (time, features), got one of the shape "
                f"{self.series[0].shape}."
            )
        lengths = [len(each) for each in self.series], [len(y) for y in self.targets]
        if lengths[0] != lengths[1]:
            raise ValueError(
                "`targets` must have one for each step of each series, got lengths "
                f"{lengths[1]} for series of {lengths[0]}."
            )
        if not any(lengths[0]):
            raise ValueError("`series` must have steps, got none.")
        self._rng = np.random.default_rng(checks.seed(seed))
        self._arrange()

    def _arrange(self) -> None:
        """Give each row its chunks, as series and first steps."""
        length, order = self.length, list(range(len(self.series)))
        if self.shuffle:
            order = self._rng.permutation(order).tolist()
        n_chunks = [-(-len(each) // self.length) for each in self.series]
        rows: list[list[int]] = [[] for _ in range(self.batch_size)]
        loads = [0] * self.batch_size
        for k in sorted(order, key=lambda k: -n_chunks[k]):
            row = int(np.argmin(loads))
            rows[row].append(k)
            loads[row] += n_chunks[k]
        self._rows = [
            [(k, i * length) for k in order if k in row for i in range(n_chunks[k])]
            for row in rows
        ]
        self._next = 0

    @property
    def workers(self) -> int:
        """One: several would take the chunks out of their order."""
        return 1

    @workers.setter
    def workers(self, value: int) -> None:
        if value != 1:
            raise ValueError(
                f"`workers` must be 1, to keep chunks in their order, got {value!r}."
            )

    @property
    def use_multiprocessing(self) -> bool:
        """False, for the same reason."""
        return False

    @use_multiprocessing.setter
    def use_multiprocessing(self, value: bool) -> None:
        if value:
            raise ValueError(
                "`use_multiprocessing` must be False, to keep chunks in their order, "
                f"got {value!r}."
            )

    def __len__(self) -> int:
        """Return the number of batches of an epoch."""
        return max(map(len, self._rows))

    def chunk(self, number: int) -> Chunk:
        """Return a batch of this epoch by its number."""
        size, length = self.batch_size, self.length
        x, y = self.series[0], self.targets[0]
        made = Chunk(
            np.zeros((size, length, *x.shape[1:]), x.dtype),
            np.zeros((size, length, *y.shape[1:]), y.dtype),
            np.zeros((size, length), "float32"),
            self.starts(number),
        )
        for row, places in enumerate(self._rows):
            if number >= len(places):
                continue
            k, start = places[number]
            here = slice(start, start + length)
            count = len(self.series[k][here])
            made.inputs[row, :count] = self.series[k][here]
            made.targets[row, :count] = self.targets[k][here]
            made.weights[row, :count] = 1
        return made

    def starts(self, number: int) -> np.ndarray:
        """Return in which rows of a batch of this epoch a series begins."""
        return np.array(
            [number >= len(row) or row[number][1] == 0 for row in self._rows]
        )

    def epoch(self) -> Iterator[Chunk]:
        """Yield the chunks of this epoch in their order."""
        for number in range(len(self)):
            yield self.chunk(number)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the next batch, whatever its place is in a shuffled order."""
        number, self._next = self._next, (self._next + 1) % len(self)
        return self.chunk(number)[:3]

    def on_epoch_begin(self) -> None:
        """Begin with the first batch: `fit` may have asked for some to see shapes."""
        self._next = 0

    def on_epoch_end(self) -> None:
        """Arrange the series anew, where they are shuffled."""
        self._arrange()


def _arrays(name: str, given: Any) -> list[np.ndarray]:
    """Return a list of arrays of one dtype, which differ in their first axis alone."""
    if not isinstance(given, (list, tuple, np.ndarray)) or not len(given):
        raise ValueError(f"`{name}` must be a list of arrays, got {given!r}.")
    arrays = [np.asarray(each) for each in given]
    shapes = {each.shape[1:] if each.ndim else None for each in arrays}
    if len(shapes) > 1 or None in shapes:
        raise ValueError(
            f"`{name}` must hold arrays that differ in length alone, got the shapes "
            f"{', '.join(map(str, sorted({each.shape for each in arrays})))}."
        )
    dtype = np.result_type(*arrays)
    return [each.astype(dtype, copy=False) for each in arrays]


class CarryState(keras.callbacks.Callback):
    """Carries the state of stateful layers from chunk to chunk.

    Before each batch, the rows in which a series begins start from the first state
    again; in the others the state is that at the end of the last batch.

    Args:
        chunks: what `fit` is given, all of them in an epoch; or `evaluate`.
        validation: what `fit` is given as `validation_data`, if these are chunks. If
            they are not, each batch of theirs starts from the first state.

    Raises:
        ValueError: the model has no stateful layer, or takes several steps at once, or
            an epoch has other steps than the chunks.

    Example:
    >>> from seqkit.layers import GRU
    >>> x = [np.ones((7, 1), "float32"), np.ones((5, 1), "float32")]
    >>> chunks = SeriesChunks(x, x, length=3, batch_size=2)
    >>> inputs = keras.Input(batch_shape=(2, 3, 1))
    >>> layer = GRU(1, return_sequences=True, stateful=True)
    >>> model = keras.Model(inputs, layer(inputs))
    >>> model.compile("sgd", "mse")
    >>> history = model.fit(chunks, callbacks=[CarryState(chunks)], verbose=0)
    """

    def __init__(self, chunks: SeriesChunks, validation: SeriesChunks | None = None):
        super().__init__()
        self.chunks, self.validation = chunks, validation
        self._fits = False

    def on_train_begin(self, logs: Any = None) -> None:
        """Find the stateful layers."""
        self._fits = True
        self._begin()

    def on_train_end(self, logs: Any = None) -> None:
        """Take the tests that follow for tests of their own."""
        self._fits = False

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Start anew where a series begins."""
        self._start(self.chunks, batch)

    def on_test_begin(self, logs: Any = None) -> None:
        """Find the stateful layers, outside `fit`."""
        if not self._fits:
            self._begin()

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Start anew where a series begins."""
        self._start(self.validation if self._fits else self.chunks, batch)

    def _begin(self) -> None:
        self._layers = stateful_layers(self.model)
        if not self._layers:
            raise ValueError("The model must have a `stateful` layer, got none.")
        if self.model.steps_per_execution != 1:
            raise ValueError(
                "`steps_per_execution` must be 1 where states are carried, got "
                f"{self.model.steps_per_execution}."
            )
        steps = (self.params or {}).get("steps")
        if steps != len(self.chunks):
            raise ValueError(
                f"An epoch must have all {len(self.chunks)} chunks that CarryState was "
                f"given, got {steps} steps."
            )

    def _start(self, chunks: SeriesChunks | None, batch: int) -> None:
        """Give their first states to the rows in which a series begins, or to all."""
        starts = np.True_ if chunks is None else chunks.starts(batch)[:, None]
        for layer in self._layers if starts.any() else ():
            first = layer.get_initial_state(layer.states[0].shape[0])
            for variable, state in zip(layer.states, first, strict=True):
                old = keras.ops.convert_to_numpy(variable.value)
                new = keras.ops.convert_to_numpy(state)
                variable.assign(np.where(starts, new, old))


def stateful_layers(model: Any) -> list:
    """Return the recurrent layers of a model, and of those inside, that keep states."""
    found: list = []
    for layer in getattr(model, "layers", []):
        if isinstance(layer, keras.Model):
            found += stateful_layers(layer)
        elif getattr(layer, "stateful", False) and hasattr(layer, "states"):
            found.append(layer)
    return found
