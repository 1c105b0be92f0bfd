"""Nouns of the house: frozen values that every room may pass on and none may change."""
