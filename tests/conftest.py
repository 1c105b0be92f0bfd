"""For all tests: the tools find each other, and no deadlines: the first call of a compiled function compiles it."""

import sys
from pathlib import Path

from hypothesis import settings

sys.path.append(str(Path(__file__).resolve().parents[1] / "tools"))
settings.register_profile("compiled", deadline=None)
settings.load_profile("compiled")
