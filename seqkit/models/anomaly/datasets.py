"""Labelled series that need no network. Needs `apps`."""

import importlib.util
from dataclasses import replace
from pathlib import Path

from seqkit.errors import InputError
from seqkit.models.anomaly.columns import Columns
from seqkit.models.anomaly.data import read_series
from seqkit.series import TimeSeries, faulty_series

DATASETS = ("bleeding", "faults")
_BLEEDING = "datasets/data/KDD-TSAD_135/135_UCR_Anomaly_InternalBleeding16_TEST.csv"


def load_dataset(name: str) -> TimeSeries:
    """Give a labelled series that needs no network.

    Args:
        name: "bleeding": 7,501 readings of arterial pressure with an internal bleeding,
            series 135 of the UCR anomaly archive, of the package aeon; "faults":
            generated, three channels, every kind of fault.

    Raises:
        InputError: There is no such data set, or the package is not installed.

    Reference:
        Wu & Keogh 2021, Current Time Series Anomaly Detection Benchmarks are Flawed
        and are Creating the Illusion of Progress.

    Example:
        >>> series = load_dataset("faults")
        >>> series.values.shape, int(series.labels.sum()) > 0
        ((8000, 3), True)
    """
    if name == "faults":
        made = faulty_series(length=8000, channels=3, each=2, seed=1)
        names = tuple(f"channel {number}" for number in range(1, 4))
        return TimeSeries(made.values, names, labels=made.labels)
    if name != "bleeding":
        raise InputError(f"dataset must be one of {', '.join(DATASETS)}; got {name!r}")
    path = packaged("aeon", _BLEEDING)
    columns = Columns(targets=("value",), label="is_anomaly")
    series = read_series(path, columns)
    return replace(
        series,
        channels=("pressure",),
        times=None,
        step=None,
        remarks=(),
        time_columns=(),
    )  # 0, 1, 2, …


def packaged(package: str, file: str) -> Path:
    """Find a file in an installed package without importing the package.

    Raises:
        InputError: The package is not installed.
    """
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise InputError(f"this needs the package {package}: install it")
    return Path(found.submodule_search_locations[0], *file.split("/"))
