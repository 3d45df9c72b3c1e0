"""What PyTorch runs: the same layer, or the same text model in a plain loop.

No torch.compile; Adam with PyTorch's defaults. Weights are converted from Keras's
layout: gates z, r, h become r, z, n; LSTM's order is the same.
"""

from __future__ import annotations

import numpy as np
import torch

from benchmarks import data
from benchmarks.contestants import Contestant
from benchmarks.points import THREADS, FitPoint, LayerPoint

CLASSES = {"SimpleRNN": torch.nn.RNN, "LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU}


def limit_threads() -> str:
    """Set the number of PyTorch's threads; say what holds."""
    torch.set_num_threads(THREADS)
    torch.set_num_interop_threads(THREADS)
    return f"intra-op {THREADS}, inter-op {THREADS}"


def versions() -> dict[str, str]:
    """Version of PyTorch."""
    return {"torch": torch.__version__}


def clear() -> None:
    """Nothing outlives a dropped task."""


def recurrent(network: str, features: int, units: int, weights: list) -> torch.nn.RNN:
    """A torch layer that holds `weights`, which are in Keras's layout."""

    def rows(array: np.ndarray) -> np.ndarray:
        gates = np.split(array, data.GATES[network], axis=-1)
        if network == "GRU":
            gates[0], gates[1] = gates[1], gates[0]
        return np.concatenate(gates, axis=-1).T

    kernel, recurrent_kernel, bias = map(rows, weights)
    if bias.ndim == 1:  # PyTorch has a second bias everywhere, Keras in GRU only
        bias = np.stack([bias, np.zeros_like(bias)], axis=1)
    layer = CLASSES[network](features, units, batch_first=True)
    converted = kernel, recurrent_kernel, bias[:, 0], bias[:, 1]
    with torch.no_grad():
        for parameter, array in zip(layer.parameters(), converted, strict=True):
            parameter.copy_(torch.from_numpy(np.ascontiguousarray(array)))
    return layer


class LayerTask:
    """One layer, forward alone or with every gradient."""

    def __init__(
        self, contestant: Contestant, network: str, mode: str, point: LayerPoint
    ) -> None:
        inputs, upstream = map(torch.from_numpy, data.layer_arrays(point))
        weights = data.layer_weights(network, point.features, point.units, point)
        self.layer = recurrent(network, point.features, point.units, weights)
        self.inputs = inputs.requires_grad_(mode == "gradients")
        self.upstream = upstream
        self.run = self._gradients if mode == "gradients" else self._inference

    def _inference(self) -> list:
        with torch.inference_mode():
            return [self.layer(self.inputs)[0]]

    def _gradients(self) -> list:
        outputs, _ = self.layer(self.inputs)
        wanted = [self.inputs, *self.layer.parameters()]
        return list(torch.autograd.grad(outputs, wanted, self.upstream))

    def check(self) -> list[float]:
        """Norms of the outputs; or of the gradients of inputs and kernels."""
        return [float(result.norm()) for result in self.run()[:3]]


class TextModel(torch.nn.Module):
    """Embedding, two recurrent layers, one number out."""

    def __init__(self, point: FitPoint) -> None:
        super().__init__()
        weights = data.model_weights(point)
        self.embedding = torch.nn.Embedding.from_pretrained(
            torch.from_numpy(weights[0]), freeze=False
        )
        network, units = point.network, point.units
        self.first = recurrent(network, point.embedding, units, weights[1:4])
        self.second = recurrent(network, units, units, weights[4:7])
        self.dense = torch.nn.Linear(units, 1)
        with torch.no_grad():
            self.dense.weight.copy_(torch.from_numpy(weights[7].T))
            self.dense.bias.zero_()

    def forward(
        self, tokens: torch.Tensor, lengths: torch.Tensor | None
    ) -> torch.Tensor:
        values = self.embedding(tokens)
        if lengths is not None:
            values = torch.nn.utils.rnn.pack_padded_sequence(
                values, lengths, batch_first=True, enforce_sorted=False
            )
        values, _ = self.first(values)
        _, state = self.second(values)
        last = state[0] if isinstance(state, tuple) else state
        return self.dense(last[-1])


class FitTask:
    """One epoch over the same batches: forward, mse, backward, Adam."""

    def __init__(self, contestant: Contestant, point: FitPoint) -> None:
        self.model = TextModel(point)
        self.optimizer = torch.optim.Adam(self.model.parameters())
        if point.masked:
            batches = data.bucketed_batches(point)
            self.batches = [tuple(map(torch.from_numpy, b)) for b in batches]
        else:
            tokens, _, targets = map(torch.from_numpy, data.fit_rows(point))
            self.batches = [
                (rows, None, wanted)
                for rows, wanted in zip(
                    tokens.split(point.batch), targets.split(point.batch), strict=True
                )
            ]
        self.loss: float | None = None

    def run(self) -> None:
        total, rows = torch.zeros(()), 0
        for tokens, lengths, targets in self.batches:
            self.optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(self.model(tokens, lengths), targets)
            loss.backward()
            self.optimizer.step()
            total += loss.detach() * len(tokens)
            rows += len(tokens)
        self.loss = float(total / rows)

    def check(self) -> list[float]:
        """Loss of the epoch that ran last."""
        return [float(self.loss)]
