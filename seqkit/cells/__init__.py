"""Cells: one recurrent network a file, written as its equations."""

from seqkit.cells.base import Cell, RecurrentCell
from seqkit.cells.clockwork import ClockworkCell
from seqkit.cells.cornn import coRNNCell
from seqkit.cells.elman import ElmanCell
from seqkit.cells.gru import GRUCell
from seqkit.cells.indrnn import IndRNNCell
from seqkit.cells.irnn import IRNNCell
from seqkit.cells.jordan import JordanCell
from seqkit.cells.lem import LEMCell
from seqkit.cells.lru import LRUCell
from seqkit.cells.lstm import LSTMCell
from seqkit.cells.min_gru import MinGRUCell
from seqkit.cells.min_lstm import MinLSTMCell
from seqkit.cells.minimal_rnn import MinimalRNNCell
from seqkit.cells.multi_recurrent import MultiRecurrentCell
from seqkit.cells.peephole_lstm import PeepholeLSTMCell
from seqkit.cells.rg_lru import RGLRUCell
from seqkit.cells.simple_rnn import SimpleRNNCell
from seqkit.cells.stack import NormalizedCell, ResidualCell, StackCell

__all__ = [
    "Cell",
    "ClockworkCell",
    "ElmanCell",
    "GRUCell",
    "IRNNCell",
    "IndRNNCell",
    "JordanCell",
    "LEMCell",
    "LRUCell",
    "LSTMCell",
    "MinGRUCell",
    "MinLSTMCell",
    "MinimalRNNCell",
    "MultiRecurrentCell",
    "NormalizedCell",
    "PeepholeLSTMCell",
    "RGLRUCell",
    "RecurrentCell",
    "ResidualCell",
    "SimpleRNNCell",
    "StackCell",
    "coRNNCell",
]
