"""What was compiled is kept for the next process, in a folder that stays small."""

import os
import subprocess
import sys

import pytest

from seqkit import compilation_cache
from seqkit.compilation_cache import keep_compilations, trim

PROGRAM = """
import sys
from seqkit.compilation_cache import keep_compilations
print(keep_compilations())
import numpy as np, tensorflow as tf
from seqkit.layers import SimpleRNN
layer = SimpleRNN(2)
print(tf.function(layer)(np.ones((2, 3, 4), "float32")).shape)
"""


@pytest.fixture(autouse=True)
def before_tensorflow(monkeypatch):
    monkeypatch.delitem(sys.modules, "tensorflow")
    monkeypatch.setenv("TF_XLA_FLAGS", "")
    monkeypatch.delenv("SEQKIT_COMPILATION_CACHE", raising=False)


def test_a_process_leaves_what_it_compiled(tmp_path):
    environment = {**os.environ, "SEQKIT_COMPILATION_CACHE": str(tmp_path / "kept")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(tmp_path / "kept") in done.stdout
    assert [path for path in (tmp_path / "kept").rglob("*") if path.is_file()]


def test_the_folder_is_the_users(tmp_path, monkeypatch):
    monkeypatch.setattr(compilation_cache, "_user_cache", lambda: tmp_path)
    folder = keep_compilations()
    assert folder.is_relative_to(tmp_path / "seqkit")
    assert os.environ["TF_XLA_FLAGS"].endswith(f"={folder}")


def test_nothing_is_kept_where_that_is_said_or_cannot_be(tmp_path, monkeypatch):
    monkeypatch.setenv("SEQKIT_COMPILATION_CACHE", "off")
    assert keep_compilations() is None
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SEQKIT_COMPILATION_CACHE", str(tmp_path / "file"))
    assert keep_compilations() is None
    monkeypatch.setenv("SEQKIT_COMPILATION_CACHE", str(tmp_path))
    monkeypatch.setitem(sys.modules, "tensorflow", sys)
    assert keep_compilations() is None
    assert os.environ["TF_XLA_FLAGS"] == ""


def test_what_was_used_least_lately_goes_first(tmp_path):
    for age, name in enumerate(("new", "old", "oldest")):
        (tmp_path / name).write_bytes(b"x" * 10)
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    trim(tmp_path, 25)
    assert {path.name for path in tmp_path.iterdir()} == {"new", "old"}
    trim(tmp_path, 5)
    assert not list(tmp_path.iterdir())
