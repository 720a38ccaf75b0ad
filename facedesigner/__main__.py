"""`python -m facedesigner`: the window, or a command of `facedesigner.cli`."""

import sys

from facedesigner.cli import main

sys.exit(main())
