"""Which software made a result."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import version

from imu_hip import __version__


@cache
def versions() -> tuple[tuple[str, str], ...]:
    """Return name and version of everything that a result depends on."""
    libraries = tuple((name, version(name)) for name in ("vqf", "numpy", "scipy", "numba"))
    return (("imu_hip", __version__), *libraries, ("python", platform.python_version()))
