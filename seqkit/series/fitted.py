"""What was fitted on data: frozen dataclasses that go into JSON and come back equal."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from seqkit.errors import InputError

_LARGE = 1000  # numbers of an array that JSON had better not hold


@dataclass(frozen=True)
class Fitted:
    """The base of dataclasses of numbers, texts, arrays and other `Fitted` objects.

    Arrays are float64 and JSON keeps every digit of a float64, so what comes back is
    equal to what went in.

    Example:
        >>> import json
        >>> from seqkit.series import Scaler
        >>> scaler = Scaler.fit(np.array([[1.0], [3.0]]))
        >>> text = json.dumps(scaler.to_dict())
        >>> text
        '{"type": "Scaler", "center": [2.0], "scale": [1.0]}'
        >>> Fitted.from_dict(json.loads(text)).transform(np.array([[5.0]])).tolist()
        [[3.0]]
    """

    def to_dict(self, large: dict[str, np.ndarray] | None = None) -> dict[str, Any]:
        """Give the fields, and under `type` the name of the class, fit for JSON.

        Args:
            large: Takes arrays of more than 1,000 numbers, by names that are left in
                their places; None leaves all in the dictionary.
        """
        found: dict[str, Any] = {"type": type(self).__name__}
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, Fitted):
                value = value.to_dict(large)
            elif (
                isinstance(value, np.ndarray)
                and large is not None
                and (value.size > _LARGE)
            ):
                name = f"{type(self).__name__}.{each.name}.{len(large)}"
                large[name], value = value, {"array": name}
            elif isinstance(value, np.ndarray):
                value = value.tolist() if value.size else {"empty": value.shape}
            found[each.name] = value
        return found

    @staticmethod
    def from_dict(
        saved: dict[str, Any], large: Mapping[str, np.ndarray] | None = None
    ) -> Any:
        """Make the object again that `to_dict` wrote.

        Raises:
            InputError: `type` is no such class.
        """
        classes = _classes(Fitted)
        if saved.get("type") not in classes:
            raise InputError(
                f"type must be one of {', '.join(classes)}; got {saved.get('type')!r}"
            )
        return classes[saved["type"]](
            **{
                name: _restored(value, large or {})
                for name, value in saved.items()
                if name != "type"
            }
        )


def _restored(value: Any, large: Mapping[str, np.ndarray]) -> Any:
    if isinstance(value, dict):
        if "array" in value:
            return large[value["array"]]
        if "empty" in value:
            return np.zeros(value["empty"])
        return Fitted.from_dict(value, large)
    return np.array(value, np.float64) if isinstance(value, list) else value


def _classes(base: type[Fitted]) -> dict[str, type[Fitted]]:
    """The classes derived from `base`, by name."""
    found: dict[str, type[Fitted]] = {}
    for each in base.__subclasses__():
        found[each.__name__] = each
        found.update(_classes(each))
    return found
