"""Who called: what neither Keras nor TensorFlow tells a layer."""

import sys
from collections.abc import Iterable
from types import FrameType


def called_from(places: Iterable[str], but_for: Iterable[str] = ()) -> bool:
    """Return whether a function of one of these packages or modules is being run.

    Args:
        places: names of packages, modules, or functions in modules.
        but_for: names of the same kind; whatever is run by these is no matter.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        function = f"{frame.f_globals.get('__name__')}.{frame.f_code.co_name}"
        if belongs(function, but_for):
            return False
        if belongs(function, places):
            return True
        frame = frame.f_back
    return False


def belongs(name: str, places: Iterable[str]) -> bool:
    """Return whether a name is one of these, or in one.

    Example:
    >>> [belongs(name, ["tf2onnx"]) for name in ("tf2onnx.convert", "tf2onnx_tools")]
    [True, False]
    """
    return any(f"{name}.".startswith(f"{place}.") for place in places)
