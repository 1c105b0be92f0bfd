"""Tools that consist of several files find each other as they do when they are called."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "tools"))
