"""A guard around painting: a crash while drawing must neither end a session nor fill the log."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from types import TracebackType


class PaintGuard:
    """Catches what goes wrong inside ``with guard:``, reports the first case on stderr, asks for plain text.

    Painting happens inside Qt's event loop, where an exception has nobody to go to; measuring and recording
    run in other threads and go on.
    """

    def __init__(self, on_failure: Callable[[], None]) -> None:
        self.failed = False
        self._on_failure = on_failure

    def __enter__(self) -> PaintGuard:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        if not self.failed:
            self.failed = True
            sys.stderr.write("The window cannot be drawn; measuring and recording go on.\n")
            traceback.print_exception(error, file=sys.stderr)
            self._on_failure()
        return True
