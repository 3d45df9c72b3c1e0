"""The command `seqkit-translate`, from a folder with the sources: see its --help."""

import sys

from seqkit.apps.translate import main

if __name__ == "__main__":
    sys.exit(main())
