"""The command `seqkit-sentiment`, from a folder with the sources: see its --help."""

import sys

from seqkit.apps.sentiment import main

if __name__ == "__main__":
    sys.exit(main())
