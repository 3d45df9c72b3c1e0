"""Peak resident memory of this process, on Linux.

The kernel keeps the highest resident size of a process (`ru_maxrss`, `VmHWM`);
writing 5 to /proc/self/clear_refs starts that record anew.
"""

from __future__ import annotations

import ctypes
import gc
import resource
from pathlib import Path


class Peak:
    """Highest resident size since the start, above the size at the start."""

    def __init__(self) -> None:
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)  # what was freed goes back to the system
        self.restart()
        self.baseline = self._highest()

    def restart(self) -> None:
        """Forget the highest size so far; the baseline stays."""
        Path("/proc/self/clear_refs").write_text("5")

    def megabytes(self) -> float:
        """Highest size above the baseline, in MB."""
        return self._highest() - self.baseline

    @staticmethod
    def _highest() -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
