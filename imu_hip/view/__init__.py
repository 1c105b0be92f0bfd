"""View: outputs of the corridor in, the one immutable picture of the moment out (pure)."""
