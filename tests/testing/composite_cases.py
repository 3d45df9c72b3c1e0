"""The arguments with which layers made of cells and other layers are tried."""

from seqkit import cells, layers
from seqkit.testing.points import causality, dropout, gradients
from tests.testing.case import Case

# The gradient of a rounded number is that of another one by design, and a step that is
# skipped leaves no trace of its input.
SKIPPING = (
    gradients.check_finite_differences,
    causality.check_values,
    causality.check_jacobian,
    dropout.check_one_mask,
)


def two_cells(**options):
    upper = {**options, "dropout": 0.0}  # the contract reads one mask off the inputs
    return [cells.ElmanCell(**options), cells.LSTMCell(**upper)]


def stacked_cell(**options):
    return cells.StackCell(two_cells(**options))


COMPOSITE_CASES: dict[str, list[Case]] = {
    "RNN": [
        Case("RNN-GRUCell", layers.RNN, inner=cells.GRUCell),
        Case("RNN-JordanCell", layers.RNN, {"output_units": 2}, cells.JordanCell),
    ],
    "Stack": [
        Case("Stack", layers.Stack, inner=two_cells),
        Case(
            "Stack-residual-normalize",
            layers.Stack,
            {"residual": True, "normalize": True},
            two_cells,
        ),
    ],
    # At a rate of zero: what is random has tests of its own.
    "Zoneout": [Case("Zoneout", layers.Zoneout, {"rate": 0.0}, cells.LSTMCell)],
    "WeightDrop": [Case("WeightDrop", layers.WeightDrop, {"rate": 0.0}, cells.GRUCell)],
    "Residual": [Case("Residual", layers.Residual, {"units": 3}, cells.ElmanCell)],
    "SkipRNN": [
        Case("SkipRNN", layers.SkipRNN, inner=cells.LSTMCell, leave_out=SKIPPING),
        Case(
            "SkipRNN-Jordan-updates",
            layers.SkipRNN,
            {"return_updates": True, "decay": 0.5, "output_units": 2},
            cells.JordanCell,
            leave_out=SKIPPING,
        ),
    ],
    "LearnedInitialState": [
        Case("LearnedInitialState", layers.LearnedInitialState, inner=cells.LSTMCell),
    ],
    "OutputFeedback": [
        Case(
            "OutputFeedback",
            layers.OutputFeedback,
            {"readout": 2},
            cells.LSTMCell,
            leave_out=(dropout.check_one_mask,),  # what is fed back is dropped too
        ),
        Case(
            "OutputFeedback-Stack-decay",
            layers.OutputFeedback,
            {"readout": 3, "decay": 0.5, "normalized": True},
            stacked_cell,
            leave_out=(dropout.check_one_mask,),
        ),
    ],
}
