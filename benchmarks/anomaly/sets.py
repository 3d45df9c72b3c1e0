"""Labelled sets, read where the user has them."""

import csv
import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from seqkit.errors import InputError
from seqkit.models import DetectorSettings
from seqkit.models.anomaly.datasets import load_dataset
from seqkit.series import FaultySeries, faulty_machine, faulty_series
from seqkit.series.metrics import windows_of_times

# Chosen on the sets below: one for all, but that telemetry has a lower threshold,
# longer gaps and no network.
DEFAULTS = DetectorSettings()
SETTINGS = {
    "nab": DEFAULTS,
    "aws": DEFAULTS,
    "msl": DetectorSettings(
        threshold="quantile", share=1.0, gap=100, recurrent="never"
    ),
    "ucr": DEFAULTS,
    "faults": DEFAULTS,
    "machine": DEFAULTS,
}
FAULT_SEEDS = (1, 2, 3)


@dataclass(frozen=True)
class Labelled:
    """A series: what to train on, what to judge, and the truth of the latter.

    Args:
        name: "category/name".
        training: Targets and exogenous (time, channels).
        values: The same, to be judged.
        targets: How many of the channels are targets.
        windows: First reading and first after, of each anomaly in `values`.
        first: The first reading of `values` that counts.
        kinds: Of the anomalies, where known.
    """

    name: str
    training: np.ndarray
    values: np.ndarray
    targets: int
    windows: list[tuple[int, int]]
    first: int = 0
    kinds: tuple[str, ...] = ()

    @property
    def labels(self) -> np.ndarray:
        labels = np.zeros(len(self.values), bool)
        for start, end in self.windows:
            labels[start:end] = True
        return labels


def nab(folder: Path) -> Iterator[Labelled]:
    """The Numenta Anomaly Benchmark: trained on what it does not judge."""
    windows = json.loads((folder / "combined_windows.json").read_text())
    for name in sorted(windows):
        path = folder / "data" / name
        if not path.is_file():
            continue
        # As the benchmark does, readings count, not the times between them.
        table = list(csv.DictReader(path.read_text().splitlines()))
        values = np.array([[float(row["value"])] for row in table])
        times = np.array([row["timestamp"] for row in table], "datetime64[s]")
        first = int(min(0.15 * len(values), 750))
        found = windows_of_times(times, windows[name]) if windows[name] else []
        yield Labelled(name, values[:first], values, 1, found, first)


def aws(folder: Path) -> Iterator[Labelled]:
    """The series of the Numenta Anomaly Benchmark that are of Amazon's servers."""
    return (each for each in nab(folder) if each.name.startswith("realAWSCloudwatch"))


def msl(folder: Path) -> Iterator[Labelled]:
    """Telemetry of the rover Curiosity: the first column is judged, commands help."""
    labels = csv.DictReader((folder / "labeled_anomalies.csv").read_text().splitlines())
    with tarfile.open(folder / "MSL.tar.gz") as archive:
        for row in labels:
            training, values = (
                _array(archive, f"MSL/{part}/{row['chan_id']}.npy")
                for part in ("train", "test")
            )
            windows = sorted(
                (a, b + 1) for a, b in json.loads(row["anomaly_sequences"])
            )
            yield Labelled(row["chan_id"], training, values, 1, windows)


def msl_training(folder: Path) -> Iterator[np.ndarray]:
    """The training parts alone: (time, channels), the first of which is judged."""
    with tarfile.open(folder / "MSL.tar.gz") as archive:
        for name in sorted(archive.getnames()):
            if name.startswith("MSL/train/") and name.endswith(".npy"):
                yield _array(archive, name)


def _array(archive: tarfile.TarFile, name: str) -> np.ndarray:
    file = archive.extractfile(name)
    if file is None:
        raise InputError(f"the archive has no {name}")
    return np.load(io.BytesIO(file.read()))


def ucr(folder: Path | None = None) -> Iterator[Labelled]:
    """Series 135 of the UCR anomaly archive, trained on its first 1,200 readings."""
    series = load_dataset("bleeding")
    rows = np.flatnonzero(series.labels)
    windows = [(int(rows[0]), int(rows[-1]) + 1)]
    yield Labelled(
        "ucr/135", series.values[:1200], series.values, 1, windows, first=1200
    )


def faults(folder: Path | None = None) -> Iterator[Labelled]:
    """Generated readings of three channels with known faults in the last 75 %."""
    for seed in FAULT_SEEDS:
        made = faulty_series(length=12_000, channels=3, each=4, clean=0.25, seed=seed)
        yield _generated(f"faults/{seed}", made)


def machine(folder: Path | None = None) -> Iterator[Labelled]:
    """Generated readings of a machine, with faults that no single reading shows."""
    for seed in FAULT_SEEDS:
        made = faulty_machine(length=12_000, each=4, clean=0.25, seed=seed)
        yield _generated(f"machine/{seed}", made)


def _generated(name: str, made: FaultySeries) -> Labelled:
    first = len(made.values) // 4
    return Labelled(
        name, made.values[:first], made.values, made.values.shape[1],
        [(fault.start, fault.end) for fault in made.faults], first,
        tuple(fault.kind for fault in made.faults),
    )  # fmt: skip


SETS = {
    "nab": nab, "aws": aws, "msl": msl, "ucr": ucr, "faults": faults,
    "machine": machine,
}  # fmt: skip
