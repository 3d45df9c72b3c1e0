"""The three measurements: layers alone, a training step inside `fit`, peak memory.

Each yields lists of `Measurement`, group by group. Within a group the contestants
take turns, repetition by repetition, in an order that reverses each time.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
import statistics
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from benchmarks.data import batch_shapes
from benchmarks.points import COUNTERPARTS, MODES, THREADS, FitPoint, LayerPoint
from benchmarks.processes import Fleet, WorkerError, Workers

LAYER_TOLERANCE = 1e-3
FIT_TOLERANCE = 1e-2
"""How far contestants' check figures may be apart, relatively."""

MOST_CALLS = 200


@dataclasses.dataclass(frozen=True)
class Effort:
    """How long to measure."""

    layer_repetitions: int
    layer_seconds: float
    """Length of one repetition of a layer; it sets the number of calls."""
    fit_repetitions: int
    steps: int
    """Training steps in an epoch; one epoch is one repetition."""
    memory_calls: int = 3


@dataclasses.dataclass
class Measurement:
    """What one contestant took for one network, mode and point."""

    section: str
    contestant: str
    network: str
    mode: str
    point: str
    seconds: list[float] = dataclasses.field(default_factory=list)
    """Per call, or per training step; one value for each repetition."""
    first: float | None = None
    """Seconds of the first call, or of the first epoch, compilation included."""
    compiled: dict | None = None
    """Compilations in the first call or epoch: count and seconds."""
    compiled_later: int | None = None
    batch_shapes: int | None = None
    megabytes: float | None = None
    """Peak memory of the first calls, compilation included."""
    check: list[float] | None = None
    idle_processor: float = 0.0
    """Processor seconds it spent while others were measured: it disturbed them."""
    error: str | None = None

    @property
    def median(self) -> float | None:
        return statistics.median(self.seconds) if self.seconds else None

    @property
    def where(self) -> str:
        """What it is of, in words."""
        words = self.section, self.contestant, self.network, self.mode, self.point
        return " ".join(words)

    @property
    def task(self) -> str:
        """What it is called inside its worker."""
        return f"{self.network} {self.mode}"


Measurements = list[Measurement]


@contextlib.contextmanager
def failing_alone(item: Measurement) -> Iterator[None]:
    """Keep the error of a contestant that fails, and go on with the others."""
    try:
        yield
    except WorkerError as error:
        item.error, item.seconds = str(error), []


def first_call(
    workers: Workers, item: Measurement, do: str, **arguments: object
) -> None:
    """Make a task and run it once."""
    with failing_alone(item):
        answer = workers.ask(item.contestant, do, task=item.task, **arguments)
        item.first, item.check = answer["seconds"], answer["check"]
        item.compiled = answer["compiled"]


def agree(group: Measurements, tolerance: float) -> None:
    """Fail those that compute something else than the rest (never seqkit's word)."""
    able = [i for i in group if i.error is None and i.network in COUNTERPARTS]
    able.sort(key=lambda item: item.contestant == "seqkit")
    for item in able[1:]:
        pairs = zip(item.check, able[0].check, strict=True)
        if not all(math.isclose(a, b, rel_tol=tolerance) for a, b in pairs):
            item.error = (
                f"{item.contestant} computes something else than "
                f"{able[0].contestant}: {item.check} against {able[0].check}"
            )


def take_turns(
    workers: Workers,
    group: Measurements,
    repetitions: int,
    calls: dict[str, int],
    steps: int,
    warm: int,
) -> None:
    """Let each run in turn, `repetitions` times; one call is `steps` steps."""
    for repetition in range(repetitions):
        for item in group if repetition % 2 == 0 else reversed(group):
            if item.error is not None:
                continue
            with failing_alone(item):
                answer = workers.ask(
                    item.contestant,
                    "run",
                    task=item.task,
                    calls=calls[item.contestant + item.task],
                    warm=warm,
                )
                item.seconds.append(answer["seconds"] / steps)
                item.idle_processor += answer["idle_processor"]
                count = answer["compiled"]["count"]
                if count is not None:
                    item.compiled_later = (item.compiled_later or 0) + count


def layers(
    fleet: Fleet,
    contestants: Sequence[str],
    networks: Sequence[str],
    points: Sequence[LayerPoint],
    effort: Effort,
) -> Iterator[Measurements]:
    """Layers alone. Elman and Jordan take turns with seqkit's SimpleRNN."""
    for runners in _layer_runners(contestants, networks):
        with fleet.workers({contestant for contestant, _ in runners}) as workers:
            for point in points:
                group: Measurements = []
                for mode in MODES:
                    group += _layer_turns(workers, runners, mode, point, effort)
                yield group
                workers.drop()


def _layer_runners(
    contestants: Sequence[str], networks: Sequence[str]
) -> list[list[tuple[str, str]]]:
    """Who runs what against each other: (contestant, network) pairs."""
    runners = {n: [(c, n) for c in contestants] for n in networks if n in COUNTERPARTS}
    feedback = [n for n in networks if n not in COUNTERPARTS]
    if feedback and "seqkit" in contestants:
        group = runners.setdefault("SimpleRNN", [("seqkit", "SimpleRNN")])
        group += [("seqkit", network) for network in feedback]
    return list(runners.values())


def _layer_turns(
    workers: Workers,
    runners: Sequence[tuple[str, str]],
    mode: str,
    point: LayerPoint,
    effort: Effort,
) -> Measurements:
    turns = [Measurement("layers", c, n, mode, str(point)) for c, n in runners]
    for item in turns:
        first_call(
            workers, item, "layer", network=item.network, mode=mode, point=str(point)
        )
    agree(turns, LAYER_TOLERANCE)
    calls = {}
    for item in turns:
        if item.error is None:
            with failing_alone(item):
                again = workers.ask(
                    item.contestant, "run", task=item.task, calls=1, warm=1
                )
                wanted = round(effort.layer_seconds / again["seconds"])
                calls[item.contestant + item.task] = min(max(wanted, 1), MOST_CALLS)
    take_turns(workers, turns, effort.layer_repetitions, calls, steps=1, warm=1)
    return turns


def fit(
    fleet: Fleet,
    contestants: Sequence[str],
    points: Sequence[FitPoint],
    effort: Effort,
) -> Iterator[Measurements]:
    """Training steps inside `fit`."""
    for point in points:
        shapes = batch_shapes(point)
        group = [
            Measurement("fit", contestant, point.network, "step", point.label)
            for contestant in contestants
        ]
        with fleet.workers(contestants) as workers:
            for item in group:
                item.batch_shapes = len(set(shapes))
                first_call(workers, item, "fit", point=dataclasses.asdict(point))
            agree(group, FIT_TOLERANCE)
            calls = {item.contestant + item.task: 1 for item in group}
            take_turns(
                workers, group, effort.fit_repetitions, calls, len(shapes), warm=0
            )
        yield group


def memory(
    contestants: Sequence[str],
    networks: Sequence[str],
    points: Sequence[LayerPoint],
    effort: Effort,
) -> Iterator[Measurements]:
    """Peak memory of a layer: a fresh process for each, two at a time."""

    def measure(contestant: str, network: str, point: str) -> Measurements:
        items = [Measurement("memory", contestant, network, m, point) for m in MODES]
        with Workers([contestant]) as workers:
            for item in items:
                with failing_alone(item):
                    answer = workers.ask(
                        contestant,
                        "memory",
                        network=network,
                        mode=item.mode,
                        point=point,
                        calls=effort.memory_calls,
                    )
                    item.megabytes = answer["megabytes"]
        return items

    for network in networks:
        names = [c for c in contestants if network in COUNTERPARTS or c == "seqkit"]
        for point in points:
            with ThreadPoolExecutor(THREADS) as pool:
                waiting = [pool.submit(measure, n, network, str(point)) for n in names]
            yield [item for done in waiting for item in done.result()]
