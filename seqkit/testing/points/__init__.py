"""The points of the contract, a file each; `seqkit.testing.contract` gathers them."""
