"""What the tools say, and the installers that they run."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


def succeeds(command: Sequence[str], *, quiet: bool = False) -> bool:
    """Run an installer; what it says goes to standard error, or nowhere."""
    output = subprocess.DEVNULL if quiet else sys.stderr.fileno()
    ended = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    return ended.returncode == 0


def say(text: str) -> None:
    """Tell the person something; standard output stays free for the program that is started."""
    print(text, file=sys.stderr, flush=True)


def stop(text: str) -> NoReturn:
    """Say in one line why it does not go on, and end with the exit code for an unusable set-up."""
    say(text)
    raise SystemExit(2)
