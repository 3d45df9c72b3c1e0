"""Draw the picture of README.md: `python docs/picture_of_gates.py`.

An LSTM of 8 units learns to say, after each character, whether it is inside brackets.
The picture shows what its gates and states do as it reads a sentence it has not seen.
"""

from pathlib import Path

import keras
import numpy as np

from seqkit.inspect import pictures, trace
from seqkit.layers import LSTM

IMAGE = Path(__file__).parent / "images" / "gates.png"
LETTERS = "abcdefghijklmnopqrstuvwxyz ,.()"
SENTENCE = (
    "gates (small numbers from 0 to 1) decide what a network keeps (and forgets)."
)


def texts(count: int, length: int) -> list[str]:
    """Make up texts in which brackets open and close."""
    random = np.random.default_rng(0)
    made = []
    for _ in range(count):
        letters = random.choice(list(LETTERS[:-2]), length)
        places = np.flatnonzero(random.random(length) < 0.12)
        letters[places] = np.resize(["(", ")"], len(places))
        made.append("".join(letters))
    return made


def one_hot(some: list[str]) -> np.ndarray:
    """Return texts of one length as vectors; a character that is new has zeros."""
    places = np.array([[LETTERS.find(letter) for letter in text] for text in some])
    return np.eye(len(LETTERS) + 1, dtype="float32")[places][..., :-1]


def inside(some: list[str]) -> np.ndarray:
    """Return 1 after each character that stands inside brackets, else 0."""
    signs = np.array([[(c == "(") - (c == ")") for c in text] for text in some])
    return np.cumsum(signs, axis=1)[..., None].astype("float32")


def main() -> None:
    """Train, say how well, and draw."""
    keras.utils.set_random_seed(0)
    layer = LSTM(8, return_sequences=True)
    model = keras.Sequential([layer, keras.layers.Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    training = texts(2000, 60)
    model.fit(one_hot(training), inside(training), batch_size=16, epochs=10, verbose=0)
    asked = [SENTENCE]
    _, accuracy = model.evaluate(one_hot(asked), inside(asked), verbose=0)
    print(f"right after {accuracy:.0%} of the characters of the sentence")
    figure = pictures.gates(
        trace(layer, one_hot(asked)), SENTENCE, names=["i", "f", "c"]
    )
    figure.savefig(IMAGE)


if __name__ == "__main__":
    main()
