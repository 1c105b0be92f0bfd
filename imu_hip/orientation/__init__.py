"""Aligned sample blocks to earth_from_sensor: the one door to vqf, and to the ahrs filters beside it."""
