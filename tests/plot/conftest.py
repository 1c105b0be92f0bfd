"""Qt without a screen, before anything starts it."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
