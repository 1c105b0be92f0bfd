"""Orientations to hip angles with standard deviations.

Sensor-to-segment, joint coordinate system, relative heading, side.
"""
