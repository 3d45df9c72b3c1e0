import gzip
import json
import zipfile
from collections import defaultdict
from hashlib import sha256

import pytest

from seqkit.errors import InputError
from seqkit.models.translation import datasets
from seqkit.models.translation.datasets import load_dataset


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(datasets, "_NUMBERS", 100)
    monkeypatch.setattr(datasets, "_DATES", 800)


def pairs_of(name, **options):
    return [
        pair
        for part in load_dataset(name, 1, **options)
        for pair in zip(*part, strict=True)
    ]


def test_numbers():
    """Spot checks by hand, and the promises on what is where."""
    training, validation, test = load_dataset("numbers-fr", seed=1)
    known = dict(zip(*training, strict=True))
    assert len(known) == len(training.sources)
    assert known["seventy-one"] == "soixante et onze"
    assert known["ninety-nine"] == "quatre-vingt-dix-neuf"
    assert len(training.sources) == 100 + 320
    assert len(validation.sources) == len(test.sources) == 40
    unseen = {*validation.sources, *test.sources}
    assert len(unseen) == 80
    assert not unseen & set(known)
    every = [*training.sources, *unseen]
    assert sum("thousand" in source for source in every) == 300


def test_made_up_pairs_come_of_the_seed():
    for name in ("numbers-de", "dates-fr"):
        assert load_dataset(name, 1) == load_dataset(name, 1)
        assert load_dataset(name, 1) != load_dataset(name, 2)


@pytest.mark.parametrize("name", ["numbers-de", "dates-fr", "jupyterlab-de-DE"])
def test_reverse(name):
    forth, back = pairs_of(name), pairs_of(name, reverse=True)
    assert {(b, a) for a, b in back} & set(forth)
    sources = [set(part.sources) for part in load_dataset(name, 1, reverse=True)]
    assert not sources[0] & (sources[1] | sources[2])


def test_dates():
    pairs = pairs_of("dates")
    days = [day for _, day in pairs]
    assert len(set(days)) == len(days) == 800
    assert min(days) >= "1900-01-01"
    assert max(days) <= "2099-12-31"
    written = defaultdict(set)
    for source, day in pairs:
        written[source].add(day)
    assert all(len(each) == 1 for each in written.values())  # none is ambiguous
    assert any("年" in source for source in written)
    assert any("août" in source for source in written)


def test_dates_of_one_language():
    months = ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio"]
    pairs = dict(pairs_of("dates-es"))
    whole = [p for p in pairs.items() if any(f" de {m} de " in p[0] for m in months)]
    assert len(whole) > 50
    for source, day in whole:
        *_, number, _, month, _, year = source.split()
        assert day == f"{year}-{months.index(month) + 1:02}-{int(number):02}"
    assert any("de março de" in source for source, _ in pairs_of("dates-pt-BR"))


@pytest.mark.parametrize(
    ("name", "pair"),
    [
        ("jupyterlab-fr", ("Close All Tabs", "Fermer tous les onglets")),
        ("jupyterlab-de-DE", ("Close All Tabs", "Alle Tabs schließen")),
        ("jupyterlab-zh-CN", ("Close All Tabs", "关闭所有标签页")),
    ],
)
def test_jupyterlab(name, pair):
    pairs = pairs_of(name)
    assert pair in pairs
    assert len(pairs) > 1000
    assert all("\x04" not in text and text == text.strip() for p in pairs for text in p)
    assert all(text and "\n" not in text for p in pairs for text in p)


def test_a_language_pack_is_read_as_it_is_written(tmp_path, monkeypatch):
    package = tmp_path / "jupyterlab_language_pack_xx_YY"
    folder = package / "locale" / "xx_YY" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (package / "__init__.py").touch()
    entries = {"": {"language": "xx"}, "menu\x04Edit": ["Ed"], "%1 file": ["1", "2"]}
    entries |= {f"Line {n}\n two": [f"L{n}"] for n in range(20)}
    (folder / "a.json").write_text(json.dumps(entries))
    monkeypatch.syspath_prepend(tmp_path)
    expected = {("Edit", "Ed"), ("%1 file", "1")}
    expected |= {(f"Line {n} two", f"L{n}") for n in range(20)}
    assert set(pairs_of("jupyterlab-xx-YY")) == expected


BAD_NAMES = {
    "nothing": "dataset must be one of jupyterlab-fr, ",
    "numbers": "dataset must be one of",
    "numbers-en": "dataset numbers-LANG has the languages ",
    "numbers-xx": "got 'xx'",
    "numbers-am": "num2words has not all its numbers",
    "dates-xx": "dataset dates-xx: unknown locale 'xx'",
    "dates-../de": "dataset dates-../de: ",
    "jupyterlab-xx": "needs the package jupyterlab-language-pack-xx-XX: install it",
    "jupyterlab-../de": "needs the package",
    "tatoeba-fr": "needs a language of three letters",
    "tatoeba-../": "needs a language of three letters",
    "multi30k-de": "has the languages de, en, fr; got 'de'",
    "multi30k-de-ru": "has the languages de, en, fr; got 'de-ru'",
    "multi30k-de-de": "has the languages de, en, fr; got 'de-de'",
}


@pytest.mark.parametrize("name", list(BAD_NAMES))
def test_bad_names(name):
    with pytest.raises(InputError) as raised:
        load_dataset(name, 1)
    assert BAD_NAMES[name] in str(raised.value)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache with files in it, as a download leaves them."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def put(name, content):
        path = tmp_path / "seqkit" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        checksum = sha256(content).hexdigest()
        path.with_name(path.name + ".sha256").write_text(f"{checksum}  {path.name}\n")
        return checksum

    return put


def test_tatoeba(cache, tmp_path):
    content = "".join(f"Go {n}.\tGeh {n}.\tCC-BY 2.0\n" for n in range(20))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("deu.txt", content)
        archive.writestr("_about.txt", "about")
    cache("tatoeba/deu-eng.zip", (tmp_path / "a.zip").read_bytes())
    assert set(pairs_of("tatoeba-deu")) == {
        (f"Go {n}.", f"Geh {n}.") for n in range(20)
    }
    cache("tatoeba/fra-eng.zip", (tmp_path / "a.zip").read_bytes())
    with pytest.raises(InputError, match=r"fra-eng.zip: holds no fra.txt"):
        load_dataset("tatoeba-fra", 1)
    cache("tatoeba/ita-eng.zip", b"<html>Not found</html>")
    with pytest.raises(InputError, match=r"ita-eng.zip: holds no ita.txt"):
        load_dataset("tatoeba-ita", 1)


def test_multi30k(cache, monkeypatch):
    known = {}
    for part in ("train", "val", "test_2016_flickr"):
        for language in ("de", "en"):
            content = gzip.compress(f"{part} {language}\n".encode())
            known[f"{part}.{language}"] = cache(
                f"multi30k/{part}.{language}.gz", content
            )
    with pytest.raises(InputError, match=r"train.de.gz: is not as it was downloaded"):
        load_dataset("multi30k-de-en", 1)
    monkeypatch.setattr(datasets, "_MULTI30K_SHA256", known)
    splits = load_dataset("multi30k-de-en", 1)
    assert splits.training == (["train de"], ["train en"])
    assert splits.test == (["test_2016_flickr de"], ["test_2016_flickr en"])
    assert load_dataset("multi30k-de-en", 1, reverse=True).validation == (
        ["val en"],
        ["val de"],
    )
