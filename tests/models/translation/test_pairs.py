import gzip

import numpy as np
import pytest

from seqkit.errors import InputError
from seqkit.models.translation.pairs import (
    SentencePairs,
    read_aligned,
    read_pairs,
    split,
)


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_reads_tab_separated_pairs_as_tatoeba_writes_them(tmp_path):
    content = '\ufeffHi.\t你好。\tCC-BY 2.0\r\n"Go", he said.\t他說「去」\tCC-BY\n'
    path = write(tmp_path / "cmn.txt", content)
    assert read_pairs(path) == SentencePairs(
        ["Hi.", '"Go", he said.'], ["你好。", "他說「去」"]
    )


def test_other_columns_and_a_header(tmp_path):
    path = write(tmp_path / "a.tsv", "id\ten\tid\tfr\n1\t Hi \t2\tSalut\n")
    assert read_pairs(path, (4, 2), skip_lines=1) == SentencePairs(["Salut"], ["Hi"])


def test_lines_end_at_line_feeds_only(tmp_path):
    """Not at the other signs that str.splitlines takes for ends of lines."""
    source = write(tmp_path / "a", "one\u2028two\x0bthree\x85\nb")
    target = write(tmp_path / "b", "1\n2\n")
    assert read_aligned(source, target).sources == ["one\u2028two\x0bthree", "b"]


def test_reads_gzipped_files(tmp_path):
    source = write(tmp_path / "a.gz", gzip.compress("é\nb\n".encode()))
    target = write(tmp_path / "b", "1\n2\n")
    assert read_aligned(source, target) == SentencePairs(["é", "b"], ["1", "2"])
    path = write(tmp_path / "c.tsv.gz", gzip.compress(b"a\tb\n"))
    assert read_pairs(path) == SentencePairs(["a"], ["b"])


BAD_PAIRS = {
    "empty": (b"", {}, "is empty"),
    "one column": (b"a\tb\nalone\n", {}, "line 2: must have 2 cells, as the first row "
                   "has; got 1: 'alone'"),
    "blank line": (b"a\tb\n\nc\td\n", {}, "line 2: must have 2 cells"),
    "empty column": (
        b"a\tb\n \td\nc\td\n\td\n", {}, "column 1 is empty in 2 of 4 rows: lines 2, 4"
    ),
    "not UTF-8": (b"a\tb\ncaf\xe9\td\n", {}, "line 2: is not UTF-8 (byte 0xe9)"),
    "UTF-16": ("a\tb\n".encode("utf-16"), {}, "line 1: is not UTF-8 (byte 0xff)"),
    "nothing left": (b"a\tb\n", {"skip_lines": 1}, "has no row after the 1 lines"),
    "lines below 0": (b"a\tb\n", {"skip_lines": -1}, "skip_lines must be at least 0"),
    "column 0": (b"a\tb\n", {"columns": (0, 1)}, "columns must be two, counted from 1"),
    "a tab too many": (b"a\tb\nthe\t5\tis here\n", {}, "line 2: must have 2 cells"),
    "invisible alone": (
        b"a\tb\nc\t\xe2\x80\x8b\xc2\xad\n", {}, "column 2 is empty in 1 of 2 rows"
    ),
    "another kind": (b"a\tb\n", {"separator": "dot"}, "separator must be one of comma"),
    "one column twice": (b"a\tb\n", {"columns": (2, 2)}, "columns must be two"),
    "no such column": (b"a\tb\n", {"columns": (1, 3)}, "line 1: must have 3 columns"),
}  # fmt: skip


@pytest.mark.parametrize("case", list(BAD_PAIRS))
def test_bad_pairs(case, tmp_path):
    content, options, message = BAD_PAIRS[case]
    with pytest.raises(InputError) as raised:
        read_pairs(write(tmp_path / "a.tsv", content), **options)
    assert message in str(raised.value)


def test_bad_rows_are_left_out_on_request(tmp_path, capsys):
    content = "a\tb\nalone\n\tno source\nc\td\te\ne\tf\n\n"
    path = write(tmp_path / "a.tsv", content)
    assert read_pairs(path, skip_bad=True) == SentencePairs(["a", "e"], ["b", "f"])
    assert "3 bad rows left out" in capsys.readouterr().err


def test_comma_separated_pairs(tmp_path):
    path = write(tmp_path / "a.csv", 'en;fr\n"one; two";un\n')
    assert read_pairs(path, skip_lines=1) == SentencePairs(["one; two"], ["un"])
    path = write(tmp_path / "b.csv", "one|un\n")
    assert read_pairs(path, separator="bar") == SentencePairs(["one"], ["un"])


def test_aligned_files_with_empty_lines(tmp_path, capsys):
    (tmp_path / "a").write_text("one\n\nthree\n\u200b\nfive\n")
    (tmp_path / "b").write_text("un\ndeux\ntrois\nquatre\n \n")
    paths = tmp_path / "a", tmp_path / "b"
    with pytest.raises(
        InputError, match="its text is empty in 2 of 5 rows: lines 2, 4"
    ):
        read_aligned(*paths)
    assert read_aligned(*paths, skip_bad=True) == (["one", "three"], ["un", "trois"])
    assert "3 bad rows left out" in capsys.readouterr().err


def test_bad_aligned_files(tmp_path):
    two = write(tmp_path / "two", "a\nb\n")

    def said(content, name="other"):
        with pytest.raises(InputError) as raised:
            read_aligned(two, write(tmp_path / name, content))
        return str(raised.value)

    assert "must have as many lines; got 2 and 3" in said("a\nb\nc\n")
    assert "other: its text is empty in 1 of 2 rows: line 2" in said("a\n \n")
    assert "cannot be read: Not a gzipped file" in said("a\nb\n", "other.gz")
    cut = gzip.compress(b"a\nb\n")[:-6]
    assert "cannot be read: Compressed file ended" in said(cut, "other.gz")
    with pytest.raises(InputError, match="there is no such file"):
        read_aligned(two, tmp_path / "none")
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        read_aligned(two, tmp_path)


def corpus(count=300, seed=0):
    generator = np.random.default_rng(seed)
    sources = [f"Source {n}" for n in generator.integers(0, count // 2, count)]
    upper = generator.random(count) < 0.3
    sources = [s.upper() + " " if u else s for s, u in zip(sources, upper, strict=True)]
    return SentencePairs(sources, [f"t{n}" for n in generator.integers(0, 50, count)])


def keys(pairs):
    return {source.strip().lower() for source in pairs.sources}


@pytest.mark.parametrize("seed", range(5))
def test_no_source_straddles_the_parts(seed):
    pairs = corpus(seed=seed)
    training, validation, test = split(pairs, seed)
    assert not keys(training) & keys(validation)
    assert not (keys(training) | keys(validation)) & keys(test)
    assert keys(training) | keys(validation) | keys(test) == keys(pairs)
    every = set(zip(*pairs, strict=True))
    for part in (training, validation, test):
        kept = list(zip(*part, strict=True))
        assert len(set(kept)) == len(kept)
        assert set(kept) <= every
    held_out = keys(validation) | keys(test)
    of_training = {pair for pair in every if pair[0].strip().lower() not in held_out}
    assert set(zip(*training, strict=True)) == of_training  # none is lost


def test_each_held_out_source_has_one_translation_the_first():
    pairs = corpus()
    first = {}
    for source, target in zip(*pairs, strict=True):
        first.setdefault(source.strip().lower(), (source, target))
    _, validation, test = split(pairs, seed=3)
    for part in (validation, test):
        assert len(part.sources) == len(keys(part)) == np.ceil(len(keys(pairs)) / 10)
        for pair in zip(*part, strict=True):
            assert pair == first[pair[0].strip().lower()]


def test_the_seed_makes_the_split():
    assert split(corpus(), 1) == split(corpus(), 1)
    assert split(corpus(), 1) != split(corpus(), 2)


def test_at_most_a_thousand_are_held_out():
    pairs = SentencePairs([str(n) for n in range(20_000)], ["t"] * 20_000)
    assert [len(part.sources) for part in split(pairs, 1)] == [18_000, 1000, 1000]


def test_too_few_sources():
    with pytest.raises(InputError, match="at least 10 different sources are needed"):
        split(SentencePairs(["a", "A ", "b"] * 5, list("abcdefghijklmno")), 1)
