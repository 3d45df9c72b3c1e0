"""Sentence pairs by name: of installed packages, made up, or downloaded.

Needs the `apps` extra.
"""

import datetime
import importlib.util
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from seqkit.errors import InputError
from seqkit.models.translation.downloads import cache_folder, fetch
from seqkit.models.translation.pairs import (
    SentencePairs,
    Splits,
    read_aligned,
    read_pairs,
    split,
)

DATASETS = (
    "jupyterlab-fr", "jupyterlab-de-DE", "jupyterlab-zh-CN", "numbers-LANG", "dates",
    "dates-LANG", "tatoeba-LANG", "multi30k-de-en",
)  # fmt: skip

_NUMBERS = 4000  # of each number of digits, at most
_DATES, _FIRST_DATE, _LAST_DATE = 12000, "1900-01-01", "2099-12-31"
_DATE_FORMATS = ("medium", "long", "full")  # "short" is ambiguous between languages
_LOCALES = (
    "de", "el", "en_GB", "en_US", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru",
    "sv", "tr", "zh",
)  # fmt: skip
_TATOEBA = "https://www.manythings.org/anki/{}-eng.zip"
_MULTI30K = (
    "https://raw.githubusercontent.com/multi30k/dataset/master/data/task1/raw/{}.{}.gz"
)
_MULTI30K_SHA256 = {
    "train.de": "726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6",
    "train.en": "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f",
    "train.fr": "622e75069e9f4c577425c4f277116ce66e63a2401c0a2312d90073cb12379a3c",
    "val.de": "f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a",
    "val.en": "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28",
    "val.fr": "ca3106f1a72390591d25f6c45cb4cd39dec4cd3f123e099748a3ce5256c160e9",
}  # the test sets are downloaded on trust


def load_dataset(name: str, seed: int, reverse: bool = False) -> Splits:
    """Give a data set by its name, split.

    - `jupyterlab-fr`, `-de-DE`, `-zh-CN`, ...: English texts of JupyterLab's menus and
      messages in the language of an installed jupyterlab-language-pack.
    - `numbers-LANG`: numbers below one million, in English words and in those of any
      language of num2words. Lengths of three to six digits are equally frequent,
      except that no more than half of the numbers of three are there; all below one
      hundred are trained on. Numbers of validation and test are not.
    - `dates`, `dates-LANG`: days of 1900 to 2099 as people write them, in sixteen
      languages or one of Babel's, and in the form 1997-03-05. Each day is there once.
    - `tatoeba-LANG`: English sentences of tatoeba.org and translations, downloaded
      from manythings.org; the language has three letters: deu, fra, cmn.
    - `multi30k-de-en`: descriptions of photographs, downloaded; also fr. Validation
      and test are those of the data set (val, test_2016_flickr).

    Args:
        name: One of these.
        seed: Of what is made up, and of the split.
        reverse: Whether to translate in the other direction.

    Raises:
        InputError: There is no such data set or language, a package is not installed,
            or a download fails.

    Example:
        >>> dates = load_dataset("dates-en-GB", seed=1)
        >>> [len(part.sources) for part in dates]
        [10000, 1000, 1000]
        >>> dates.test.targets[0]
        '1947-06-22'
    """
    kind, _, language = name.partition("-")
    if kind not in _KINDS or not (language or kind == "dates"):
        raise InputError(f"dataset must be one of {', '.join(DATASETS)}; got {name!r}")
    return _KINDS[kind](language, seed, reverse)


def _directed(pairs: SentencePairs, reverse: bool) -> SentencePairs:
    return pairs.reversed() if reverse else pairs


def _jupyterlab(language: str, seed: int, reverse: bool) -> Splits:
    code = language if "-" in language else f"{language}-{language.upper()}"
    module = "jupyterlab_language_pack_" + code.replace("-", "_")
    found = importlib.util.find_spec(module) if module.isidentifier() else None
    if found is None or not found.submodule_search_locations:
        raise InputError(
            f"dataset jupyterlab-{language} needs the package "
            f"jupyterlab-language-pack-{code}: install it"
        )
    folder = Path(found.submodule_search_locations[0])
    # A text is "context\x04text" where it needs one; a translation, [singular, plural].
    texts = [
        [" ".join(each.split()) for each in (text.split("\x04")[-1], translations[0])]
        for file in sorted(folder.glob("locale/*/LC_MESSAGES/*.json"))
        for text, translations in json.loads(file.read_text(encoding="utf-8")).items()
        if text  # the entry of "" holds notes on the file
    ]
    pairs = SentencePairs(*([text[side] for text in texts] for side in (0, 1)))
    return split(_directed(pairs, reverse), seed)


def _numbers(language: str, seed: int, reverse: bool) -> Splits:
    from num2words import CONVERTER_CLASSES, num2words

    code = language.replace("-", "_")
    others = sorted(name for name in CONVERTER_CLASSES if not name.startswith("en"))
    if code not in others:
        raise InputError(
            f"dataset numbers-LANG has the languages {', '.join(others)}; got "
            f"{language!r}"
        )

    def pairs(numbers: list[int]) -> SentencePairs:
        english = [num2words(number) for number in numbers]
        try:
            other = [num2words(number, lang=code) for number in numbers]
        except TypeError as error:  # a language that num2words has in part
            raise InputError(
                f"dataset numbers-{language}: num2words has not all its numbers"
            ) from error
        return _directed(SentencePairs(english, other), reverse)

    generator = np.random.default_rng(seed)
    drawn: list[int] = []
    for digits in (3, 4, 5, 6):
        low, high = 10 ** (digits - 1), 10**digits
        count = min(_NUMBERS, (high - low) // 2)
        drawn += (low + generator.choice(high - low, count, replace=False)).tolist()
    training, validation, test = split(pairs(drawn), seed)
    small = pairs(list(range(100)))
    both = SentencePairs(
        small.sources + training.sources, small.targets + training.targets
    )
    return Splits(both, validation, test)


def _dates(language: str, seed: int, reverse: bool) -> Splits:
    from babel import Locale, UnknownLocaleError
    from babel.dates import format_date

    try:
        locales = [Locale.parse(code.replace("-", "_")) for code in [language] if code]
    except (UnknownLocaleError, ValueError) as error:
        raise InputError(f"dataset dates-{language}: {error}") from error
    locales = locales or [Locale.parse(code) for code in _LOCALES]
    first, last = map(datetime.date.fromisoformat, (_FIRST_DATE, _LAST_DATE))
    generator = np.random.default_rng(seed)
    days = generator.choice((last - first).days + 1, _DATES, replace=False)
    chosen = zip(
        [first + datetime.timedelta(int(day)) for day in days],
        generator.integers(len(locales), size=_DATES),
        generator.choice(_DATE_FORMATS, _DATES),
        strict=True,
    )
    written = {
        date.isoformat(): format_date(date, str(form), locales[locale])
        for date, locale, form in chosen
    }
    pairs = SentencePairs(list(written.values()), list(written))
    return split(_directed(pairs, reverse), seed)


def _tatoeba(language: str, seed: int, reverse: bool) -> Splits:
    if not re.fullmatch("[a-z]{3}", language):
        raise InputError(
            f"dataset tatoeba-LANG needs a language of three letters, such as deu; got "
            f"{language!r}"
        )
    folder = cache_folder() / "tatoeba"
    archive = fetch(_TATOEBA.format(language), folder)
    try:
        with zipfile.ZipFile(archive) as opened:
            path = opened.extract(f"{language}.txt", folder)
    except (zipfile.BadZipFile, KeyError) as error:
        raise InputError(f"{archive}: holds no {language}.txt: {error}") from error
    return split(_directed(read_pairs(path), reverse), seed)


def _multi30k(languages: str, seed: int, reverse: bool) -> Splits:
    source, _, target = languages.partition("-")
    known = sorted({name.split(".")[1] for name in _MULTI30K_SHA256})
    if source not in known or target not in known or source == target:
        raise InputError(
            f"dataset multi30k-SOURCE-TARGET has the languages {', '.join(known)}; got "
            f"{languages!r}"
        )
    folder = cache_folder() / "multi30k"

    def file(part: str, language: str) -> Path:
        checksum = _MULTI30K_SHA256.get(f"{part}.{language}")
        return fetch(_MULTI30K.format(part, language), folder, checksum)

    def pairs(part: str) -> SentencePairs:
        return _directed(read_aligned(file(part, source), file(part, target)), reverse)

    return Splits(pairs("train"), pairs("val"), pairs("test_2016_flickr"))


_KINDS: dict[str, Callable[[str, int, bool], Splits]] = {
    "jupyterlab": _jupyterlab,
    "numbers": _numbers,
    "dates": _dates,
    "tatoeba": _tatoeba,
    "multi30k": _multi30k,
}
