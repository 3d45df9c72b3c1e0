"""Tasks: what a solution gives, and what a blind guess."""

import doctest
import importlib
import pkgutil

import numpy as np
import pytest

from seqkit import tasks
from seqkit.tasks.task import ENTROPY

MAKERS = {
    "adding": lambda **k: tasks.adding(n=4000, length=20, **k),
    "copy_memory": lambda **k: tasks.copy_memory(n=2000, length=7, **k),
    "reverse": lambda **k: tasks.reverse(n=2000, length=5, **k),
    "temporal_order": lambda **k: tasks.temporal_order(n=4000, length=20, **k),
    "delayed_parity": lambda **k: tasks.delayed_parity(n=2000, length=30, **k),
    "sine_with_lag": lambda **k: tasks.sine_with_lag(n=4000, length=20, **k),
    "letters": lambda **k: tasks.letters(n=50, length=200, **k),
    "syllables": lambda **k: tasks.syllables(plans=5, length=8, **k),
}
MODULES = [m.name for m in pkgutil.walk_packages(tasks.__path__, "seqkit.tasks.")]


def loss(task, guess):
    """The mean loss of a guess, over the targets that count."""
    if task.loss == ENTROPY:
        picked = np.take_along_axis(guess, task.targets[..., None], -1)[..., 0]
        each = -np.log(picked)
    else:
        each = np.mean(np.square(guess - task.targets), axis=-1)
    return np.average(each, weights=task.weights)


def best_blind_guess(task):
    """What is best at each step for who knows only how often each answer occurs."""
    if task.loss != ENTROPY:
        return np.broadcast_to(task.targets.mean(axis=0), task.targets.shape)
    shares = np.eye(task.outputs)[task.targets].mean(axis=0)
    return np.broadcast_to(shares, (*task.targets.shape, task.outputs))


def test_there_is_a_case_for_each():
    public = set(tasks.__all__) - {"Task"}
    assert public == set(MAKERS)


@pytest.mark.parametrize("name", MAKERS)
def test_no_blind_guess_is_better_than_it_says(name):
    task = MAKERS[name]()
    assert loss(task, best_blind_guess(task)) == pytest.approx(task.blind, rel=0.03)
    assert task.correct < 0.2 * task.blind


@pytest.mark.parametrize("name", MAKERS)
def test_shapes_and_seeds(name):
    task, again, other = MAKERS[name](), MAKERS[name](), MAKERS[name](seed=1)
    assert task.inputs.dtype == "float32"
    assert task.inputs.ndim == 3
    assert len(task.targets) == len(task.inputs)
    assert task.at_every_step == (task.targets.shape[:2] == task.inputs.shape[:2])
    np.testing.assert_array_equal(task.targets, again.targets)
    assert not np.array_equal(task.targets, other.targets)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    result = doctest.testmod(importlib.import_module(name), extraglobs={"np": np})
    assert result.failed == 0


def test_letters_are_known_but_for_which_consonant_comes():
    """The best guess from the counts of the last five letters is not better."""
    task = tasks.letters(n=30, length=400)
    codes = np.concatenate([task.inputs[:, :1], task.targets], axis=1)
    found: dict = {}
    for row in codes:
        for t in range(5, len(row)):
            found.setdefault(row[t - 5 : t].tobytes(), []).append(row[t])
    errors = [np.square(v - np.mean(v, axis=0)) for v in found.values()]
    assert np.mean(np.concatenate(errors)) == pytest.approx(task.correct, rel=0.03)


def test_order_and_parity_by_hand():
    task = tasks.temporal_order(n=50, length=30, seed=2)
    symbols = task.inputs.argmax(-1)
    for row, kind in zip(symbols, task.targets, strict=True):
        first, second = (s - 4 for s in row if s > 3)
        assert kind == 2 * first + second
    task = tasks.delayed_parity(n=5, length=12, bits=3, delay=2)
    ones = (task.inputs[..., 0] > 0).astype(int)
    for t in range(4, 12):
        expected = ones[:, t - 4 : t - 1].sum(1) % 2
        np.testing.assert_array_equal(task.targets[:, t], expected)


def test_a_sine_is_known_from_three_readings_but_not_from_two():
    task = tasks.sine_with_lag(n=50, length=9, lag=4, seed=1)
    assert task.weights[0].tolist() == [0.0] * 2 + [1.0] * 7
    x, y = task.inputs[..., 0].astype("float64"), task.targets[..., 0]
    for t in range(2, 9):
        clear = np.abs(x[:, t - 1]) > 0.3
        before, now = x[clear, t - 1], x[clear, t]
        twice_cosine = (now + x[clear, t - 2]) / before
        for _ in range(4):
            before, now = now, twice_cosine * now - before
        np.testing.assert_allclose(now, y[clear, t], atol=1e-3)
    one, other = (np.sin(omega * np.arange(6) + 1.253) for omega in (0.2, 0.4397))
    np.testing.assert_allclose(one[:2], other[:2], atol=1e-3)
    assert abs(one[5] - other[5]) > 1.0


def test_letters_are_guessed_by_the_step():
    """The second is a vowel, b-a-b, d-i-i and g-u-u being the first three."""
    many = tasks.letters(n=6000, length=3)
    best = loss(many, best_blind_guess(many))
    assert many.blind == pytest.approx(best, rel=0.01)
    guess = many.targets.mean(axis=0)
    np.testing.assert_allclose(guess[0], [0, 1, 0, 2 / 3, 2 / 3, 1], atol=0.03)
    np.testing.assert_allclose(guess[1, :2], [1 / 3, 2 / 3], atol=0.03)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: tasks.adding(n=0), "n"),
        (lambda: tasks.adding(length=1), "length"),
        (lambda: tasks.copy_memory(symbols=1), "symbols"),
        (lambda: tasks.delayed_parity(length=6), "length"),
        (lambda: tasks.sine_with_lag(lag=1.5), "lag"),
        (lambda: tasks.sine_with_lag(length=2), "length"),
        (lambda: tasks.letters(length=True), "length"),
        (lambda: tasks.reverse(seed="a"), "seed"),
        (lambda: tasks.adding(seed=-1), "seed"),
    ],
)
def test_bad_numbers_are_named(make, name):
    with pytest.raises(ValueError, match=f"^`{name}` must be an integer from"):
        make()
