"""Cells of a table as numbers, and what was odd about them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from seqkit.errors import InputError
from seqkit.series.numerals import (
    GREATEST,
    MISSING,
    marks_of_thousands,
    numbers_among,
    plain,
)

_TRUTH = {"true": "1", "false": "0"}
_MOST_UNITS = 3  # rows below the header
_LONGEST_UNIT = 30
_LOOKED_AT = 50  # rows by which texts are told from readings


class Cells:
    """Reads columns of text as float64, and remembers what was odd about them.

    Args:
        table: All cells as text.
        missing: What stands for a missing reading, besides empty cells and the like.
        separator: Between cells.

    Attributes:
        commas: Columns with decimal commas.
        grouped: Columns with marks of thousands.
    """

    def __init__(
        self, table: pd.DataFrame, missing: Sequence[str], separator: str
    ) -> None:
        self.table = table
        self.missing = MISSING | {each.strip().lower() for each in missing}
        self.values = numbers_among(missing)
        self.separator = separator
        self.commas: list[str] = []
        self.grouped: list[str] = []

    def units(self, names: Sequence[str]) -> list[str]:
        """Take rows of units off the table: texts above columns of numbers.

        Returns:
            What each row said of the columns that have numbers.
        """
        said = []
        for _ in range(_MOST_UNITS):
            number = next(
                (n for n in range(1, _MOST_UNITS + 1) if self._row_is_read(names, n)),
                None,
            )
            if number is None or self._row_is_read(names, 0):
                break
            units = {
                name: self.table[name].iloc[0].strip()
                for name in names
                if self._is_number(self.table[name].iloc[number])
            }
            if not self._are_units(list(units.values())):
                break
            said.append(", ".join(f"{n} {unit}" for n, unit in units.items() if unit))
            self.table = self.table.iloc[1:].reset_index(drop=True)
        return said

    def _row_is_read(self, names: Sequence[str], number: int) -> bool:
        """Say whether a row has numbers: at least one that is no unit of 1."""
        if number >= len(self.table):
            return False
        cells = [self.table[name].iloc[number].strip() for name in names]
        return any(self._is_number(cell) and cell != "1" for cell in cells)

    def _are_units(self, units: list[str]) -> bool:
        texts = [unit for unit in units if unit and unit != "1"]
        known = [text for text in texts if text.lower() not in self.missing]
        return bool(known) and all(
            len(text) <= _LONGEST_UNIT and not self._is_number(text) for text in texts
        )

    def _is_number(self, cell: str) -> bool:
        return plain(cell.strip()) is not None

    def is_text(self, name: str) -> bool:
        """Say whether a column has cells, and none of the first is a number."""
        text = self.table[name].str.strip()
        known = text[~text.str.lower().isin(self.missing | _TRUTH.keys())]
        return bool(len(known)) and not any(map(self._is_number, known[:_LOOKED_AT]))

    def numbers(self, name: str) -> np.ndarray:
        """Read a column: (rows,), NaN where a reading is missing.

        Raises:
            InputError: A cell is no number.
        """
        text = self.table[name].str.strip()
        lowered = text.str.lower()
        missing = lowered.isin(self.missing)
        known = text.mask(missing)
        if lowered[~missing].isin(_TRUTH).all():
            known = lowered.map(_TRUTH)
        found = pd.to_numeric(known, errors="coerce").to_numpy(np.float64, copy=True)
        odd = np.flatnonzero(np.isnan(found) & ~missing.to_numpy())
        if len(odd):
            found[odd] = self._written(name, known.iloc[odd].tolist())
        wrong = (np.isnan(found) & ~missing.to_numpy()) | (np.abs(found) > GREATEST)
        rows = np.flatnonzero(wrong)
        if len(rows):
            raise InputError(
                f"column {name!r} must be numbers; row {rows[0] + 1} has "
                f"{text.iloc[rows[0]]!r} (the first below the header is 1; name the "
                "columns of readings if this is none, and --missing if it stands for "
                "none)"
            )
        if self.values:
            found[np.isin(found, self.values)] = np.nan
        return found

    def _written(self, name: str, texts: list[str]) -> list[float]:
        """Read numbers that are not written as Python writes them."""
        commas = [text for text in texts if "," in text]
        if self.separator == "," and marks_of_thousands(commas, ","):
            raise self._ambiguous(name, commas[0])
        read = [plain(text) for text in texts]
        found = [np.nan if each is None else float(each) for each in read]
        if any(
            each and text.replace(",", ".") == each
            for text, each in zip(texts, read, strict=True)
        ):
            self.commas.append(name)
        elif any(read):
            self.grouped.append(name)
        return found

    def check_points(self, names: Sequence[str]) -> None:
        """Refuse points that may mark thousands, where other columns have commas.

        Raises:
            InputError: All numbers of a column have one point and three digits after.
        """
        for name in set(names) - {*self.commas, *self.grouped} if self.commas else ():
            text = self.table[name].str.strip()
            points = text[text.str.contains(".", regex=False)].tolist()
            if marks_of_thousands(points, "."):
                raise self._ambiguous(name, points[0])

    def _ambiguous(self, name: str, text: str) -> InputError:
        mark = "comma" if "," in text else "point"
        return InputError(
            f"column {name!r} has {text!r}, where the {mark} may mark decimals or "
            "thousands; write numbers without marks of thousands, and with a decimal "
            "point"
        )
