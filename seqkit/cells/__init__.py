"""Cells: one recurrent network a file, written as its equations."""

from seqkit.cells.base import Cell, RecurrentCell
from seqkit.cells.elman import ElmanCell
from seqkit.cells.gru import GRUCell
from seqkit.cells.jordan import JordanCell
from seqkit.cells.lstm import LSTMCell
from seqkit.cells.peephole_lstm import PeepholeLSTMCell
from seqkit.cells.simple_rnn import SimpleRNNCell
from seqkit.cells.stack import NormalizedCell, ResidualCell, StackCell

__all__ = [
    "Cell",
    "ElmanCell",
    "GRUCell",
    "JordanCell",
    "LSTMCell",
    "NormalizedCell",
    "PeepholeLSTMCell",
    "RecurrentCell",
    "ResidualCell",
    "SimpleRNNCell",
    "StackCell",
]
