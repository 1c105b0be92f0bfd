"""Live hip rotation from two inertial sensors, one on the pelvis and one on the thigh."""

__version__ = "0.1.0"
