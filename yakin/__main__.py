"""`python -m yakin`: the command line of an installed package."""

import sys

from yakin.cli import main

sys.exit(main())
