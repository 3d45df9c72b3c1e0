"""What a result must be compared with. Needs the `apps` extra."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from seqkit.text import Tokenizer

Predict = Callable[[Sequence[str]], np.ndarray]  # texts to labels

_BETWEEN = "\x1f"  # no tokenizer leaves a control character in a token
_STRENGTHS = (1.0, 10.0)  # inverse regularisation; validation data choose


def majority_class(labels: Sequence[str]) -> Predict:
    """Always answer the most frequent label.

    Example:
        >>> majority_class(["a", "b", "a"])(["any", "text"]).tolist()
        ['a', 'a']
    """
    label = Counter(labels).most_common(1)[0][0]
    return lambda texts: np.array([label] * len(texts))


def bag_of_bigrams(
    texts: Sequence[str],
    labels: Sequence[str],
    validation: tuple[Sequence[str], Sequence[str]],
    tokenizer: Tokenizer,
) -> Predict:
    """Logistic regression over tf-idf of single tokens and pairs of neighbours.

    Args:
        texts: Training texts.
        labels: Their labels.
        validation: Texts and labels that choose the strength of regularisation.
        tokenizer: The same as of the network that is compared.

    Reference:
        Wang & Manning 2012, Baselines and Bigrams.
    """

    def joined(texts: Sequence[str]) -> list[str]:
        tokens = tokenizer(list(texts)).to_list()
        return [_BETWEEN.join(token.decode() for token in text) for text in tokens]

    vectorizer = TfidfVectorizer(
        tokenizer=lambda text: text.split(_BETWEEN),
        token_pattern=None,
        lowercase=False,
        ngram_range=(1, 2),
        sublinear_tf=True,
        dtype=np.float32,
    )
    features = vectorizer.fit_transform(joined(texts))
    valid_features = vectorizer.transform(joined(validation[0]))
    fitted = [
        LogisticRegression(C=strength, max_iter=1000).fit(features, labels)
        for strength in _STRENGTHS
    ]
    best = max(fitted, key=lambda model: model.score(valid_features, validation[1]))
    model = make_pipeline(vectorizer, best)
    return lambda texts: model.predict(joined(texts))
