"""Lower case that is the same on every machine."""

import tensorflow as tf

# Letters whose lower case depends on the language of the machine (Turkish, Lithuanian).
_LOWER = {letter: letter.lower() for letter in "IJ\u012e\u00cc\u00cd\u0128\u0130"}


def lower_case(texts: tf.Tensor) -> tf.Tensor:
    r"""Give texts in lower case, whatever the language of the machine.

    Each text ends before its first NUL character.

    Example:
        >>> lower_case(tf.constant("I \u0130")).numpy().decode()
        'i i\u0307'
    """
    for letter, lower in _LOWER.items():
        texts = tf.strings.regex_replace(texts, letter, lower)
    return tf.strings.lower(texts, encoding="utf-8")
