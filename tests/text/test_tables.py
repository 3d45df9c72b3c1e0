import gzip

import pytest

from seqkit.errors import InputError
from seqkit.text.tables import read_rows


def rows_of(tmp_path, name, content, **options):
    path = tmp_path / name
    content = content if isinstance(content, bytes) else content.encode()
    path.write_bytes(content)
    return read_rows(path, **options)


@pytest.mark.parametrize(
    ("name", "content", "cells"),
    [
        ("a.csv", 'a,b\n"x, ""y""\nz",1\n', [["a", "b"], ['x, "y"\nz', "1"]]),
        ("a.csv", "a;b\nx, y;1\nz, w;2\n", [["a", "b"], ["x, y", "1"], ["z, w", "2"]]),
        ("a.csv", "good, fun;1\nbad;2\n", [["good, fun", "1"], ["bad", "2"]]),
        ("a.csv", "a|b\nx|1\n", [["a", "b"], ["x", "1"]]),
        ("a.csv", "a\tb\nx, y\t1\n", [["a", "b"], ["x, y", "1"]]),
        ("a.csv", "\ufeffa,b\r\n\r\nx,1\r\n\r\n", [["a", "b"], ["x", "1"]]),
        ("a.csv", "one\n\ntwo\n", [["one"], [""], ["two"]]),
        ("a.tsv", 'a\tb\n"x, says he\t1\n"y" z\t2\n', [
            ["a", "b"], ['"x, says he', "1"], ['"y" z', "2"],
        ]),
        ("a.TXT", "a\tb\r\nx\u2028y\t1\n\n\n", [["a", "b"], ["x\u2028y", "1"]]),
        ("a.txt", "a|b\nx; y|1\n", [["a", "b"], ["x; y", "1"]]),
        ("a.tsv", "a;b\nx, y;1\n", [["a", "b"], ["x, y", "1"]]),
        ("a.txt", "a;b\nx;y;1\n", [["a;b"], ["x;y;1"]]),
        ("a.tsv", "a\tb\rx\t1\r", [["a", "b"], ["x", "1"]]),
        ("a.csv", "sep=;\r\na,b;c\r\nx,y;1\r\n", [["a,b", "c"], ["x,y", "1"]]),
        ("a.tab", "alone\nmore\n", [["alone"], ["more"]]),
        ("a.csv.gz", gzip.compress(b"a,b\nx,1\n", mtime=0), [["a", "b"], ["x", "1"]]),
    ],
)  # fmt: skip
def test_files_as_people_have_them(name, content, cells, tmp_path):
    assert rows_of(tmp_path, name, content).cells == cells


def test_a_long_cell(tmp_path):
    long = "x" * 300000
    assert rows_of(tmp_path, "a.csv", f'a,b\n"{long}",1\n').cells[1] == [long, "1"]


def test_lines_are_those_of_the_file(tmp_path):
    found = rows_of(tmp_path, "a.csv", 'a,b\n"x\ny",1\n\nz,2\n')
    assert found.lines == [1, 2, 5]
    found = rows_of(tmp_path, "a.tsv", "note\nmore\na\tb\n", skip_lines=2)
    assert (found.cells, found.lines) == ([["a", "b"]], [3])


def test_bad_rows_are_left_out_on_request(tmp_path):
    content = "a\tb\nx\ty\tz\nalone\n\nx\t1\n"
    found = rows_of(tmp_path, "a.tsv", content, skip_bad=True)
    assert (found.cells, found.skipped) == ([["a", "b"], ["x", "1"]], 3)
    assert found.lines == [1, 5]


@pytest.mark.parametrize(
    ("name", "content", "options", "message"),
    [
        ("a.csv", "", {}, "a.csv: is empty"),
        ("a.csv", "\n\n", {}, "has no row"),
        ("a.json", "{}", {}, "must end in .csv, .tsv, .tab, .txt, or in one of these"),
        ("a.csv", b"a,b\nc\xe9,d\n", {}, r"line 2: is not UTF-8 \(byte 0xe9\)"),
        ("a.csv", 'a,b\nx,1\n"y,2\n', {}, "line 3: is no row of a table"),
        (
            "a.csv",
            "a,b\nx,1\ny,2,3\nz\n",
            {},
            "line 3: must .* 2 cells, .*; so have 1 m",
        ),
        ("a.tsv", "a\tb\n\nx\t1\n", {}, "line 2: must have 2 cells"),
        ("a.csv", "a,b\n", {"separator": "dot"}, "separator must be one of comma"),
        ("a.csv", "a,b\n", {"skip_lines": 1}, "no row after the 1 lines to skip"),
        ("a.csv", "a,b\n", {"skip_lines": -1}, "skip_lines must be at least 0; got -1"),
        ("a.csv.gz", "a,b\n", {}, "cannot be read: Not a gzipped file"),
        ("a.csv", gzip.compress(b"a,b\n"), {}, "is gzipped; its name must end in .gz"),
        ("a.csv", b"PK\x03\x04\x14\0", {}, "a.csv: is a zip archive, not text"),
        ("a.csv", "a,b\n".encode("utf-16-le"), {}, "byte 0x00.* iconv -f UTF-16LE"),
        ("a.csv", "a,b\n".encode("utf-16-be"), {}, "byte 0x00.* iconv -f UTF-16BE"),
    ],
)
def test_bad_files(name, content, options, message, tmp_path):
    with pytest.raises(InputError, match=message) as raised:
        rows_of(tmp_path, name, content, **options)
    assert "\n" not in str(raised.value)
