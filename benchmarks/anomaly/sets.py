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
from seqkit.models.anomaly.data import Columns, packaged, read_series
from seqkit.series import faulty_series
from seqkit.series.metrics import windows_of_times

# One configuration for all series of a set. The benchmark of Numenta judges single
# readings as they come: nothing is smoothed, and the threshold follows. For events all
# values are those of Hundman et al. 2018 and their program: the error one step ahead,
# smoothed over 0.05 x 30 x 70 readings, a buffer of 100.
HUNDMAN = DetectorSettings(
    scorer="absolute", scored_steps=1, smoothing=105.0, threshold="dynamic",
    buffer=100, gap=100,
)  # fmt: skip
SETTINGS = {
    "nab": DetectorSettings(scorer="absolute", adapt=1000.0),
    "aws": HUNDMAN,
    "msl": HUNDMAN,
    "ucr": DetectorSettings(),
    "faults": DetectorSettings(),
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


def _array(archive: tarfile.TarFile, name: str) -> np.ndarray:
    file = archive.extractfile(name)
    if file is None:
        raise InputError(f"the archive has no {name}")
    return np.load(io.BytesIO(file.read()))


def ucr(folder: Path | None = None) -> Iterator[Labelled]:
    """Series 135 of the UCR anomaly archive, of the package aeon."""
    place = "datasets/data/KDD-TSAD_135/135_UCR_Anomaly_InternalBleeding16_{}.csv"
    columns = Columns(time="timestamp", targets=("value",), label="is_anomaly")
    training, series = (
        read_series(packaged("aeon", place.format(part)), columns)
        for part in ("TRAIN", "TEST")
    )
    assert series.labels is not None
    rows = np.flatnonzero(series.labels)
    windows = [(int(rows[0]), int(rows[-1]) + 1)]
    name = "ucr/135"
    yield Labelled(
        name, training.values, series.values, 1, windows, len(training.values)
    )


def faults(folder: Path | None = None) -> Iterator[Labelled]:
    """Generated readings of three channels with known faults in the second half."""
    for seed in FAULT_SEEDS:
        made = faulty_series(length=12_000, channels=3, each=4, clean=0.25, seed=seed)
        yield Labelled(
            f"faults/{seed}", made.values[:3000], made.values, 3,
            [(fault.start, fault.end) for fault in made.faults], 3000,
            tuple(fault.kind for fault in made.faults),
        )  # fmt: skip


SETS = {"nab": nab, "aws": aws, "msl": msl, "ucr": ucr, "faults": faults}
