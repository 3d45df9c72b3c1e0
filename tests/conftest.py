"""Before TensorFlow is imported: keep what tests compile for the next run."""

from seqkit.compilation_cache import keep_compilations

keep_compilations()
