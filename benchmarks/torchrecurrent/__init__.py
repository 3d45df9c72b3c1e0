"""The networks that torchrecurrent has too: the same values, and the time of a step."""
