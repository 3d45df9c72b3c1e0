"""A whole series gives what its readings give one by one, in NumPy and in graphs."""

import keras
import numpy as np
import pytest

from seqkit.series import Alarm, Gaps, Multiscale, Profile, Relations, Shapes
from seqkit.series.stepped import Stepped

RANDOM = np.random.default_rng(0)
LENGTH = 150


def errors(seed=1):
    found = np.random.default_rng(seed).normal(size=(LENGTH, 2, 3))
    found[20:25] = np.nan
    found[40, 1] = np.nan
    found[60:64, :, 2] = np.nan
    found[90:95, 0] *= 20
    return found


def readings(channels=3):
    found = np.random.default_rng(2).normal(size=(LENGTH, channels)).cumsum(axis=0)
    found[10] = np.nan
    found[30:33] = np.nan
    found[50:70, 0] = np.nan
    return found


CASES = {
    "Multiscale": (
        Multiscale.fit(RANDOM.normal(size=(400, 2, 3)), (1, 4, 20), 50), errors()
    ),
    "Alarm": (Alarm(3, 0.6, 5), np.abs(RANDOM.normal(0.6, 0.5, (LENGTH, 2)))),
    "Alarm of long memory": (
        Alarm(2, 0.5, 30), np.abs(RANDOM.normal([0.7, 0.4], 0.4, (LENGTH, 2)))
    ),
    "Alarm without a gap": (
        Alarm(0, 1.0, 0), np.abs(RANDOM.normal(0.9, 0.5, (LENGTH, 2)))
    ),
    "Gaps": (Gaps(np.array([2.0, 4.0, 8.0]), 5.0), ~np.isnan(readings())),
    "Profile": (Profile.of(24, 3).after(readings()[:37]), readings()),
    "Relations": (
        Relations(RANDOM.normal(size=(3, 2)), np.array([0.5, np.nan])),
        np.nan_to_num(readings()),
    ),
}  # fmt: skip


def flat(found):
    return np.concatenate([np.ravel(np.asarray(part, float)) for part in parts(found)])


def parts(found):
    return list(found) if isinstance(found, tuple) else [found]


def stepped(subject, xs, ops):
    """Step through a series: what is found, one after the other."""
    convert = np.asarray if ops is np else keras.ops.convert_to_tensor
    state = [convert(each) for each in subject.start()]
    found = []
    for x in xs:
        y, state = subject.step(convert(x), state, ops)
        found.append(flat(y))
    return np.array(found)


@pytest.mark.parametrize("ops", [np, keras.ops], ids=["numpy", "keras"])
@pytest.mark.parametrize("name", list(CASES))
def test_a_series_is_its_steps(name, ops):
    subject, xs = CASES[name]
    whole = subject.run(xs)
    rows = np.concatenate(
        [np.asarray(p, float).reshape(len(xs), -1) for p in parts(whole)], axis=1
    )
    np.testing.assert_allclose(stepped(subject, xs, ops), rows, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("ops", [np, keras.ops], ids=["numpy", "keras"])
@pytest.mark.parametrize("block", [1, 3])
def test_shapes_are_those_of_the_last_readings(block, ops):
    values = RANDOM.normal(size=(LENGTH, 2)).cumsum(axis=0)
    shapes = Shapes.fit(values[:100], length=8, block=block)
    whole, memory = shapes.run(values), 8 * block
    assert np.isnan(whole[: memory - 1]).all()
    convert = np.asarray if ops is np else keras.ops.convert_to_tensor
    for end in range(memory, LENGTH, 7):
        found, _ = shapes.step(convert(values[end - memory : end]), [], ops)
        np.testing.assert_allclose(found, whole[end - 1], rtol=1e-6, atol=1e-7)


def test_every_class_that_steps_is_tried():
    tried = {type(subject) for subject, _ in CASES.values()} | {Shapes}
    classes = [Stepped]
    for each in classes:
        classes += each.__subclasses__()
    ours = {c for c in classes if c.__module__.startswith("seqkit.")}
    assert {c for c in ours if not c.__subclasses__()} <= tried
