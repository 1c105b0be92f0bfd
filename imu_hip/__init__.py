"""Live hip rotation from two inertial sensors, one on the pelvis and one on the thigh.

``read`` and ``analyze`` are loaded when they are first used: importing the package alone takes no time.
"""

__version__ = "0.1.0"
__all__ = ["__version__", "analyze", "read"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module("imu_hip.api"), name)


def __dir__() -> list[str]:
    return [*globals(), "analyze", "read"]
