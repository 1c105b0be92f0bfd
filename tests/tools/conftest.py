"""Tools that consist of several files find each other as they do when they are called; Qt goes without a screen."""

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.append(str(Path(__file__).resolve().parents[2] / "tools"))
