"""What was fitted on data: frozen dataclasses that go into JSON and come back equal."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from seqkit.errors import InputError


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

    def to_dict(self) -> dict[str, Any]:
        """Give the fields, and under `type` the name of the class, fit for JSON."""
        found: dict[str, Any] = {"type": type(self).__name__}
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, Fitted):
                value = value.to_dict()
            found[each.name] = (
                value.tolist() if isinstance(value, np.ndarray) else value
            )
        return found

    @staticmethod
    def from_dict(saved: dict[str, Any]) -> Any:
        """Make the object again that `to_dict` wrote.

        Raises:
            InputError: `type` is no such class.
        """
        classes = _classes(Fitted)
        if saved.get("type") not in classes:
            raise InputError(
                f"type must be one of {', '.join(classes)}; got {saved.get('type')!r}"
            )
        values = {
            name: Fitted.from_dict(value)
            if isinstance(value, dict)
            else np.array(value, np.float64)
            if isinstance(value, list)
            else value
            for name, value in saved.items()
            if name != "type"
        }
        return classes[saved["type"]](**values)


def _classes(base: type[Fitted]) -> dict[str, type[Fitted]]:
    """The classes derived from `base`, by name."""
    found: dict[str, type[Fitted]] = {}
    for each in base.__subclasses__():
        found[each.__name__] = each
        found.update(_classes(each))
    return found
