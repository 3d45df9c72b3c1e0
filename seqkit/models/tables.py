"""Tables in files of text. Needs the `apps` extra."""

import csv
from pathlib import Path

import pandas as pd

from seqkit.errors import InputError

SEPARATORS = {".csv": ",", ".tsv": "\t"}


def read_table(path: Path) -> pd.DataFrame:
    """Read a .csv or .tsv file in UTF-8 with a header line, every cell as text.

    Empty lines count only where there is one column: as empty cells.

    Raises:
        InputError: The file is missing, empty, not UTF-8 or no table; two columns have
            one name; a row has fewer or more cells than the header. The message says
            which.
    """
    if path.suffix.lower() not in SEPARATORS:
        raise InputError(f"{path}: must end in {' or '.join(SEPARATORS)}")
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(
                file, delimiter=SEPARATORS[path.suffix.lower()], strict=True
            )
            header = next((cells for cells in reader if cells), None)
            if header is None:
                raise InputError(f"{path}: is empty")
            header = [name.strip() for name in header]
            rows = [cells or [""] for cells in reader if cells or len(header) == 1]
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file") from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: is not UTF-8 (byte 0x{error.object[error.start]:02x}); convert "
            "it, for example with iconv"
        ) from error
    except (OSError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read as a table: {error}") from error
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise InputError(
            f"{path}: columns must have names of their own; twice: {', '.join(twice)}"
        )
    for number, cells in enumerate(rows, start=1):
        if len(cells) != len(header):
            raise InputError(
                f"{path}: every row must have {len(header)} cells, as the header has; "
                f"row {number} below it has {len(cells)}"
            )
    names = [name or f"column {number}" for number, name in enumerate(header, start=1)]
    return pd.DataFrame(rows, columns=names, dtype=str)
