import numpy as np
import pytest
from sklearn.metrics import log_loss

from seqkit.models.classification.calibration import (
    Calibration,
    calibrate,
    expected_calibration_error,
    fit_temperature,
    reliability,
    softmax,
)


def drawn_from(logits, seed=0):
    """Labels drawn from softmax(logits)."""
    generator = np.random.default_rng(seed)
    return np.array([generator.choice(len(p), p=p) for p in softmax(logits)])


@pytest.mark.parametrize("true", [0.5, 1.0, 2.5])
def test_finds_the_temperature_that_labels_were_drawn_with(true):
    logits = np.random.default_rng(1).normal(0, 2, (20000, 3))
    assert fit_temperature(logits * true, drawn_from(logits)) == pytest.approx(
        true, rel=0.05
    )


def test_no_other_temperature_is_better():
    logits = np.random.default_rng(2).normal(0, 3, (300, 4))
    labels = drawn_from(logits / 2)
    best = fit_temperature(logits, labels)
    losses = [
        log_loss(labels, softmax(logits / t), labels=range(4), normalize=False)
        + np.log(t) ** 2 / (2 * 0.3**2)
        for t in (best * 0.98, best, best * 1.02)
    ]
    assert losses[1] == min(losses)


def test_few_texts_that_are_all_right_do_not_make_it_small():
    logits = np.array([[3.0, -3.0], [-2.0, 2.0]] * 5)
    assert 0.9 < fit_temperature(logits, np.array([0, 1] * 5)) < 1
    assert 0.5 < fit_temperature(logits / 4, np.array([0, 1] * 5)) < 1


def test_bias_makes_the_shares_right():
    generator = np.random.default_rng(3)
    logits = generator.normal(0, 2, (5000, 3))
    labels = drawn_from(logits + np.array([1.0, 0.0, -1.0]))
    fitted = calibrate(logits[:, None], labels)
    shares = softmax(fitted(logits[:, None])).mean(axis=0)
    np.testing.assert_allclose(shares, np.bincount(labels) / 5000, atol=0.003)
    assert np.abs(calibrate(logits[:4, None], labels[:4]).bias).max() < 0.3


@pytest.mark.parametrize("classes", [2, 4])
def test_finds_the_weights_that_labels_were_drawn_with(classes):
    parts = np.random.default_rng(4).normal(0, 2, (20000, 3, classes))
    true = Calibration(np.array([0.8, 0.3, 0.0]), np.arange(classes) * 0.2, {})
    fitted = calibrate(parts, drawn_from(true(parts)))
    np.testing.assert_allclose(fitted.weights, true.weights, atol=0.03)
    centred = true.bias - true.bias.mean()
    np.testing.assert_allclose(fitted.bias - fitted.bias.mean(), centred, atol=0.06)


def test_no_other_weights_are_better():
    parts = np.random.default_rng(5).normal(0, 2, (200, 2, 3))
    labels = drawn_from(parts[:, 0])
    best = calibrate(parts, labels)

    def loss(weights, bias):
        logits = np.tensordot(parts, weights, (1, 0)) + bias
        far = ((weights - 0.5) ** 2).sum() + (bias**2).sum()
        entropy = log_loss(labels, softmax(logits), labels=range(3), normalize=False)
        return entropy + far / (2 * 0.3**2)

    least = loss(best.weights, best.bias)
    for number in range(5):
        change = 0.01 * np.eye(5)[number]
        for moved in (change, -change):
            weights = best.weights + moved[:2]
            if weights.min() >= 0:
                assert loss(weights, best.bias + moved[2:]) > least


def test_no_weight_is_below_zero_and_few_texts_change_little():
    useful = np.array([[3.0, -3.0], [-2.0, 2.0]] * 5)
    labels = np.array([0, 1] * 5)
    contrary = np.stack([useful, -useful], axis=1)
    fitted = calibrate(np.tile(contrary, (30, 1, 1)), np.tile(labels, 30))
    assert fitted.weights[1] == 0
    both = calibrate(np.stack([useful, useful], axis=1), labels)
    np.testing.assert_allclose(both.weights, 0.5, atol=0.1)


def test_calibration_error_by_hand():
    probabilities = np.array([[0.9, 0.1]] * 10 + [[0.4, 0.6]] * 10)
    labels = np.array([0] * 7 + [1] * 3 + [1] * 6 + [0] * 4)
    error = expected_calibration_error(probabilities, labels)
    assert error == pytest.approx((10 * 0.2 + 10 * 0.0) / 20)
    found = reliability(probabilities, labels, bins=10)
    assert found.counts.tolist() == [0, 0, 0, 0, 0, 10, 0, 0, 10, 0]
    assert found.accuracy[8] == pytest.approx(0.7)
    assert np.isnan(found.accuracy[0])


def test_certainty_is_in_the_last_bin():
    assert reliability(np.array([[1.0, 0.0]]), np.array([0])).counts[-1] == 1
