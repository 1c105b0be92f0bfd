"""Feedback: what ears and the console get of a session."""
