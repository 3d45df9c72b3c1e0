"""Cells: one recurrent network a file, written as its equations."""

from seqkit.cells.base import Cell, RecurrentCell
from seqkit.cells.cfc import CfCCell
from seqkit.cells.clockwork import ClockworkCell
from seqkit.cells.cornn import coRNNCell
from seqkit.cells.coupled_lstm import CoupledLSTMCell
from seqkit.cells.depth_gated_lstm import DepthGatedLSTMCell
from seqkit.cells.echo_state import EchoStateCell
from seqkit.cells.elman import ElmanCell
from seqkit.cells.gru import GRUCell
from seqkit.cells.grud import GRUDCell
from seqkit.cells.history_compressor import HistoryCompressorCell
from seqkit.cells.indrnn import IndRNNCell
from seqkit.cells.irnn import IRNNCell
from seqkit.cells.janet import JANETCell
from seqkit.cells.jordan import JordanCell
from seqkit.cells.layer_norm_gru import LayerNormGRUCell
from seqkit.cells.layer_norm_lstm import LayerNormLSTMCell
from seqkit.cells.learned_initial_state import LearnedInitialStateCell
from seqkit.cells.lem import LEMCell
from seqkit.cells.ligru import LiGRUCell
from seqkit.cells.lru import LRUCell
from seqkit.cells.lstm import LSTMCell
from seqkit.cells.mgu import MGUCell
from seqkit.cells.min_gru import MinGRUCell
from seqkit.cells.min_lstm import MinLSTMCell
from seqkit.cells.minimal_rnn import MinimalRNNCell
from seqkit.cells.multi_recurrent import MultiRecurrentCell
from seqkit.cells.mut import MUT1Cell, MUT2Cell, MUT3Cell
from seqkit.cells.nas import NASCell
from seqkit.cells.normalized import NormalizedCell
from seqkit.cells.output_feedback import OutputFeedbackCell
from seqkit.cells.peephole_lstm import PeepholeLSTMCell
from seqkit.cells.projected_lstm import ProjectedLSTMCell
from seqkit.cells.residual import ResidualCell
from seqkit.cells.rg_lru import RGLRUCell
from seqkit.cells.rhn import RHNCell
from seqkit.cells.scrn import SCRNCell
from seqkit.cells.simple_rnn import SimpleRNNCell
from seqkit.cells.skip import SkipCell
from seqkit.cells.slstm import sLSTMCell
from seqkit.cells.stack import StackCell
from seqkit.cells.ugrnn import UGRNNCell
from seqkit.cells.weight_drop import WeightDropCell
from seqkit.cells.zoneout import ZoneoutCell

__all__ = [
    "Cell",
    "CfCCell",
    "ClockworkCell",
    "CoupledLSTMCell",
    "DepthGatedLSTMCell",
    "EchoStateCell",
    "ElmanCell",
    "GRUCell",
    "GRUDCell",
    "HistoryCompressorCell",
    "IRNNCell",
    "IndRNNCell",
    "JANETCell",
    "JordanCell",
    "LEMCell",
    "LRUCell",
    "LSTMCell",
    "LayerNormGRUCell",
    "LayerNormLSTMCell",
    "LearnedInitialStateCell",
    "LiGRUCell",
    "MGUCell",
    "MUT1Cell",
    "MUT2Cell",
    "MUT3Cell",
    "MinGRUCell",
    "MinLSTMCell",
    "MinimalRNNCell",
    "MultiRecurrentCell",
    "NASCell",
    "NormalizedCell",
    "OutputFeedbackCell",
    "PeepholeLSTMCell",
    "ProjectedLSTMCell",
    "RGLRUCell",
    "RHNCell",
    "RecurrentCell",
    "ResidualCell",
    "SCRNCell",
    "SimpleRNNCell",
    "SkipCell",
    "StackCell",
    "UGRNNCell",
    "WeightDropCell",
    "ZoneoutCell",
    "coRNNCell",
    "sLSTMCell",
]
