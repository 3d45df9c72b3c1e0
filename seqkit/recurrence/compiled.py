"""stub"""


def compiled_loop(
    cell,
    inputs,
    valid,
    states,
    recurrent_mask,
    return_sequences,
    unroll,
    gradient_expected,
):
    from seqkit.recurrence.plain import plain_loop

    return plain_loop(
        cell, inputs, valid, states, recurrent_mask, return_sequences, unroll
    )
