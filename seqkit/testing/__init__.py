"""What holds every layer to its promises; only tests import it.

`seqkit.testing.contract`: what every recurrent layer must satisfy, as functions.
`seqkit.testing.discovery`: the public layers, found automatically.
`seqkit.testing.reference`: the networks in NumPy, with their gradients by hand.
"""
