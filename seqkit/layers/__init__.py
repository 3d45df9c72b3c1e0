"""Recurrent layers, drop-ins where `keras.layers.LSTM` stands; attention."""

from seqkit.layers.attention import BahdanauAttention, LuongAttention
from seqkit.layers.base import RecurrentLayer
from seqkit.layers.bidirectional import Bidirectional
from seqkit.layers.elman import Elman
from seqkit.layers.gru import GRU
from seqkit.layers.jordan import Jordan
from seqkit.layers.lstm import LSTM
from seqkit.layers.names import find, get, networks
from seqkit.layers.peephole_lstm import PeepholeLSTM
from seqkit.layers.rnn import RNN
from seqkit.layers.simple_rnn import SimpleRNN
from seqkit.layers.stack import Stack

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "BahdanauAttention",
    "Bidirectional",
    "Elman",
    "Jordan",
    "LuongAttention",
    "PeepholeLSTM",
    "RecurrentLayer",
    "SimpleRNN",
    "Stack",
    "find",
    "get",
    "networks",
]
