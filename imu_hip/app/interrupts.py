"""Ctrl-C and a polite kill: they end what runs in order instead of breaking it off."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_NUMBERS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interrupts(on_interrupt: Callable[[], None]) -> Iterator[threading.Event]:
    """Call `on_interrupt` for each of them while inside, and set the event that is yielded."""
    interrupted = threading.Event()

    def handle(*_: object) -> None:
        interrupted.set()
        on_interrupt()

    before = [signal.signal(number, handle) for number in _NUMBERS]
    try:
        yield interrupted
    finally:
        for number, handler in zip(_NUMBERS, before, strict=True):
            signal.signal(number, handler)


def let_sigterm_interrupt() -> None:
    """Make a polite kill what Ctrl-C is, a KeyboardInterrupt, so that half-written files are taken away."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)
