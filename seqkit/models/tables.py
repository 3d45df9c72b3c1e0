"""Tables in files of text. Needs the `apps` extra."""

import warnings
from pathlib import Path

import pandas as pd

from seqkit.errors import InputError

SEPARATORS = {".csv": ",", ".tsv": "\t"}


def read_table(path: Path) -> pd.DataFrame:
    """Read a .csv or .tsv file in UTF-8 with a header line, every cell as text.

    Raises:
        InputError: The file is missing, empty, not UTF-8 or no table; the message says
            which.
    """
    if path.suffix.lower() not in SEPARATORS:
        raise InputError(f"{path}: must end in {' or '.join(SEPARATORS)}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                path,
                sep=SEPARATORS[path.suffix.lower()],
                encoding="utf-8-sig",
                dtype=str,
                keep_default_na=False,  # "NA" and "null" are texts like others
                index_col=False,
            )
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file") from error
    except pd.errors.EmptyDataError as error:
        raise InputError(f"{path}: is empty") from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: is not UTF-8 (byte 0x{error.object[error.start]:02x}); convert "
            "it, for example with iconv"
        ) from error
    except (OSError, pd.errors.ParserError, pd.errors.ParserWarning) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: cannot be read as a table: {reason}") from error
