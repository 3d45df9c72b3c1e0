"""How good translations are, in numbers. Needs the `apps` extra."""

import json
import time
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from sacrebleu.metrics import BLEU, CHRF

from seqkit.models.translation.baselines import Translate
from seqkit.models.translation.pairs import SentencePairs
from seqkit.plots.length_groups import length_groups
from seqkit.text.rules import cut_in_python, normalize_in_python

_UNSPACED = ("HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")
_RESAMPLES = 1000  # of the bootstrap


class Evaluation(NamedTuple):
    """What was made of pairs."""

    metrics: dict[str, Any]  # fit for JSON
    outputs: list[str]
    seconds: float  # of translating alone


def tokenizer_of(references: Sequence[str]) -> str:
    """Choose the tokenizer of sacreBLEU that fits the script of the references.

    "zh" for Chinese, "char" for other scripts that are written without spaces, "13a",
    the usual one, for all the rest.

    Example:
        >>> [tokenizer_of([text]) for text in ("A cat.", "一只猫。", "ねこがいる。")]
        ['13a', 'zh', 'char']
    """
    letters = filter(str.isalpha, "".join(references))
    scripts = Counter(unicodedata.name(sign, "").split(" ")[0] for sign in letters)
    unspaced = sum(scripts[script] for script in _UNSPACED)
    if scripts["CJK"] + unspaced <= scripts.total() / 2:
        return "13a"
    return "zh" if scripts["CJK"] > 4 * unspaced else "char"


def count_words(sentence: str) -> int:
    """Count words and signs; of scripts written without spaces, characters.

    Example:
        >>> count_words("Hi, Tom. 你好！")
        7
    """
    return len(cut_in_python(normalize_in_python(sentence, lowercase=False), "word"))


@dataclass(frozen=True)
class Scorer:
    """Compares translations with references; figures are shares of 100.

    Args:
        tokenizer: Of BLEU: "13a", "zh" or "char"; see `tokenizer_of`.
        lowercase: Whether upper and lower case are one.

    Example:
        >>> scorer = Scorer()
        >>> round(scorer.bleu(["the cat sat on a mat"], ["the cat sat on a mat"]))
        100
        >>> scorer.scores(["a b c d", "e"], ["a b c d", "f"])["exact"]
        50.0

    Reference:
        Papineni et al. 2002, BLEU; Popović 2015, chrF; Post 2018, A Call for Clarity
        in Reporting BLEU Scores.
    """

    tokenizer: str = "13a"
    lowercase: bool = False

    def bleu(self, outputs: Sequence[str], references: Sequence[str]) -> float:
        """Give the BLEU of a corpus."""
        return self._bleu().corpus_score(outputs, [references]).score

    def exact(self, outputs: Sequence[str], references: Sequence[str]) -> float:
        """Give the share of outputs that are their reference, white space being one."""
        same = [
            self._plain(output) == self._plain(reference)
            for output, reference in zip(outputs, references, strict=True)
        ]
        return 100 * float(np.mean(same))

    def scores(
        self, outputs: Sequence[str], references: Sequence[str]
    ) -> dict[str, Any]:
        """Give BLEU, chrF and exact matches of a corpus, and what they were made with.

        Returns:
            pairs; bleu, and bleu_interval: half of its 95 % interval, by bootstrap;
            chrf; exact; bleu_signature and chrf_signature, of sacreBLEU.
        """
        bleu, chrf = self._bleu(), CHRF(lowercase=self.lowercase)
        score = bleu.corpus_score(outputs, [references]).score
        return {
            "pairs": len(references),
            "bleu": score,
            "bleu_interval": self._interval(outputs, references),
            "chrf": chrf.corpus_score(outputs, [references]).score,
            "exact": self.exact(outputs, references),
            "bleu_signature": str(bleu.get_signature()),
            "chrf_signature": str(chrf.get_signature()),
        }

    def by_length(
        self,
        sources: Sequence[str],
        outputs: Sequence[str],
        references: Sequence[str],
        groups: int = 6,
    ) -> list[dict[str, Any]]:
        """Give the figures by the number of words in the source.

        BLEU counts only the n-grams that sentences so short can have ("eff:yes").

        Args:
            sources: Sentences that were translated.
            outputs: Their translations.
            references: What these are compared with.
            groups: Groups of about equally many pairs, at most.

        Returns:
            For each group, the shortest first: shortest, longest, pairs, bleu,
            bleu_interval, exact.
        """
        lengths = np.array([count_words(source) for source in sources])
        found = []
        for rows in length_groups(lengths, groups):
            texts = [[each[row] for row in rows] for each in (outputs, references)]
            bleu = self._bleu(short=True).corpus_score(texts[0], texts[1:])
            found.append(
                {
                    "shortest": int(lengths[rows].min()),
                    "longest": int(lengths[rows].max()),
                    "pairs": len(rows),
                    "bleu": bleu.score,
                    "bleu_interval": self._interval(texts[0], texts[1], short=True),
                    "exact": self.exact(*texts),
                }
            )
        return found

    def _bleu(self, short: bool = False) -> BLEU:
        return BLEU(
            tokenize=self.tokenizer, lowercase=self.lowercase, effective_order=short,
            force=True,
        )  # fmt: skip

    def _interval(
        self, outputs: Sequence[str], references: Sequence[str], short: bool = False
    ) -> float:
        bleu = self._bleu(short)
        score = bleu.corpus_score(outputs, [references], n_bootstrap=_RESAMPLES)
        told = score.format(4, is_json=True, signature=str(bleu.get_signature()))
        return float(
            json.loads(told).get("confidence_var", 0)
        )  # left out where BLEU is 0

    def _plain(self, sentence: str) -> str:
        sentence = " ".join(sentence.split())
        return sentence.lower() if self.lowercase else sentence


def evaluate(translate: Translate, pairs: SentencePairs, scorer: Scorer) -> Evaluation:
    """Translate the sources of pairs, and compare with their targets.

    Example:
        >>> pairs = SentencePairs(["ja", "no"], ["yes", "no"])
        >>> evaluate(lambda sources: sources, pairs, Scorer()).metrics["exact"]
        50.0
    """
    started = time.monotonic()
    outputs = translate(pairs.sources)
    seconds = time.monotonic() - started
    metrics = {
        "tokenizer": scorer.tokenizer,
        **scorer.scores(outputs, pairs.targets),
        "by_length": scorer.by_length(pairs.sources, outputs, pairs.targets),
    }
    return Evaluation(metrics, outputs, seconds)
