"""Bytes to packets and back: one sans-I/O module per sensor family, and the registry that picks one."""
