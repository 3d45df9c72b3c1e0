"""Labels of texts as people give them: strings, numbers, truth values."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from seqkit.errors import InputError
from seqkit.text.strings import checked_strings


def label_name(label: Any) -> str:
    """Give the name of a class.

    Example:
        >>> [label_name(label) for label in ("good", np.int64(3), True, 2.0)]
        ['good', '3', 'True', '2']

    Raises:
        InputError: It is neither a string nor a number.
    """
    if isinstance(label, np.generic):
        label = label.item()
    if isinstance(label, float) and label.is_integer():
        label = int(label)
    if isinstance(label, str) or (isinstance(label, (int, float)) and label == label):
        return str(label)
    raise InputError(f"labels must be strings or numbers; got {label!r}")


def class_names(labels: Iterable[str]) -> list[str]:
    """Give each label once, numbers inside in their order.

    Example:
        >>> class_names(["10 stars", "2 stars", "1 stars", "2 stars"])
        ['1 stars', '2 stars', '10 stars']
    """

    def key(name: str) -> tuple:
        try:
            return 0, float(name), [], name  # numbers come first, in their order
        except ValueError:
            parts = re.split(r"([0-9]+)", name)
            numbers = [int(part) for part in parts[1::2]]
            return 1, 0.0, list(zip(parts[::2], [*numbers, 0], strict=True)), name

    return sorted(set(labels), key=key)


def checked_classes(names: Sequence[str], others: Sequence[str]) -> list[str]:
    """Give the classes of the training, in order.

    Args:
        names: Of the class of each text.
        others: The same of texts to validate with.

    Raises:
        InputError: There is one class only, or one that is in the validation alone.
    """
    classes = class_names(names)
    unseen = [name for name in class_names(others) if name not in classes]
    if len(classes) < 2:
        raise InputError(f"labels must be of two classes or more; got {classes}")
    if unseen:
        raise InputError(f"validation has labels that training has not: {unseen}")
    return classes


def checked_texts(
    texts: Sequence[str], labels: Sequence[Any], name: str
) -> tuple[list[str], list[str]]:
    """Give texts and the names of their classes.

    Args:
        texts: The texts.
        labels: Their labels.
        name: What to call the texts.

    Raises:
        InputError: A text is no string, a label has no name, there are none, or the
            numbers differ.
    """
    texts = checked_strings(texts, name)
    if isinstance(labels, (str, bytes)):
        raise InputError(f"{name} and their labels must be lists; got {labels!r}")
    names = [label_name(label) for label in labels]
    if len(texts) != len(names):
        raise InputError(
            f"{name} must have a label each; got {len(texts)} texts and {len(names)} "
            "labels"
        )
    if not texts:
        raise InputError(f"{name} must be one at least; got none")
    return texts, names
