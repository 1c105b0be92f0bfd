"""Serve: the second screen, a page for a phone or a TV. It shows a view state; nothing can be changed through it."""
