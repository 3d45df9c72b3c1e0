"""Keras's own test modules, run on seqkit's layers."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import keras
import pytest

MODULES = ("simple_rnn", "lstm", "gru", "rnn", "bidirectional")
HERE = Path(__file__).parent
SHIPPED = Path(keras.__file__).parent / "src" / "layers" / "rnn"

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("absl") is None, reason="Keras's tests need absl"
)


def run(folder, selection):
    """Run Keras's tests of that selection; return how many passed."""
    files = [SHIPPED / f"{name}_test.py" for name in MODULES]
    missing = [file.name for file in files if not file.exists()]
    if missing:
        pytest.skip(f"Keras {keras.__version__} comes without {missing}")
    path = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "pytest", "-q", "-p", "seqkit_in_keras"]
    command += ["-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(folder)]
    process = subprocess.run(
        [*command, "-k", selection, *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert process.returncode == 0, process.stdout[-6000:] + process.stderr[-2000:]
    passed = re.search(r"(\d+) passed", process.stdout)
    return int(passed[1])


def test_keras_tests_pass(tmp_path):
    assert run(tmp_path, "not test_basics") > 5 * len(MODULES)


@pytest.mark.slow
def test_keras_basics_pass(tmp_path):
    """Those that fit a model for each set of arguments."""
    assert run(tmp_path, "test_basics") >= len(MODULES)
