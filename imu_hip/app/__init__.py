"""Command line and composition: the only place that wires rooms to edges."""
