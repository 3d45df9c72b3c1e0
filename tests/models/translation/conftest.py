import random

import pytest

from seqkit.models.translation.settings import TranslatorSettings
from seqkit.models.translation.translator import Translator
from seqkit.recurrence import portable

WORDS = {"one": "un", "two": "deux", "three": "trois", "four": "quatre", "five": "cinq"}
TINY = TranslatorSettings(
    level="word",
    units=24,
    embedding=16,
    dropout=0.0,
    label_smoothing=0.0,
    batch_tokens=150,
    epochs=12,
    learning_rate=0.03,
    warmup=0,
    monitor="loss",
    beam=3,
)


def reversed_pairs(count, seed=0, longest=4):
    """Words, and their translations in reverse order."""
    generator = random.Random(seed)
    sources = [
        generator.choices(list(WORDS), k=generator.randint(1, longest))
        for _ in range(count)
    ]
    targets = [[WORDS[word] for word in reversed(words)] for words in sources]
    return [" ".join(w) for w in sources], [" ".join(w) for w in targets]


@pytest.fixture(scope="session")
def translator():
    with portable():  # nothing is compiled, which takes seconds
        return Translator.fit(
            *reversed_pairs(300), reversed_pairs(40, seed=1), TINY, verbose=0
        )
