"""Who is behind which pseudonym: one file, the only one of the library that holds names."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Container, Mapping
from pathlib import Path

from imu_hip.model.errors import Reason, UnusableInputError, UsageError
from imu_hip.session.json_file import read_object, write_object

SCHEMA = "imu-hip/names/1"
LONGEST_NAME = 60
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike."""
_LETTERS_OF_ONE = 8
_PSEUDONYM = re.compile(r"[A-Za-z0-9_-]{1,60}", re.ASCII)
_UNSEEN = {"Cc", "Cs", "Zl", "Zp"}
_TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
"""Signs that turn the direction of writing round, also of what stands after the name."""


class Names:
    """The file; it is read anew each time, because another window may have written it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def by_pseudonym(self) -> dict[str, str]:
        """Return the name of each pseudonym that has one.

        Raises
        ------
        UnusableInputError
            The file was changed by hand and cannot be read. Without it everybody goes by the pseudonym.
        """
        if not self._path.exists():
            return {}
        names = read_object(self._path).get("names")
        if not isinstance(names, dict) or not all(_is_person(each, name) for each, name in names.items()):
            raise UnusableInputError(
                Reason.WRONG_FORMAT, f"{self._path}: holds no names by pseudonym; mend it or move it away"
            )
        return names

    def give(self, pseudonym: str, name: str) -> None:
        """Keep whose pseudonym it is."""
        self._write({**self.by_pseudonym(), pseudonym: name})

    def take(self, pseudonym: str) -> None:
        """Forget whose pseudonym it is."""
        names = self.by_pseudonym()
        if names.pop(pseudonym, None) is not None:
            self._write(names)

    def _write(self, names: Mapping[str, str]) -> None:
        write_object(self._path, {"schema": SCHEMA, "names": names})


def _is_person(pseudonym: str, name: object) -> bool:
    """Tell whether this may stand in the file: a pseudonym is a folder's name, which nothing may lead out of."""
    return isinstance(name, str) and _PSEUDONYM.fullmatch(pseudonym) is not None


def new_pseudonym(taken: Container[str]) -> str:
    """Return one that tells nothing: neither who it is, nor how many there are, nor when they came."""
    while True:
        pseudonym = "p-" + "".join(secrets.choice(_LETTERS) for _ in range(_LETTERS_OF_ONE))
        if pseudonym not in taken:
            return pseudonym


def checked_name(person: str) -> str:
    """Return a name with single blanks, composed as Unicode has it, so that one name is not two.

    Raises
    ------
    UsageError
        It is empty, too long, or holds signs that nobody sees.
    """
    name = " ".join(unicodedata.normalize("NFC", person).split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise UsageError(Reason.WRONG_USAGE, f"a person's name has 1 to {LONGEST_NAME} letters, not {len(name)}")
    if any(unicodedata.category(sign) in _UNSEEN or unicodedata.bidirectional(sign) in _TURNING for sign in name):
        raise UsageError(Reason.WRONG_USAGE, "a person's name has letters that can be seen, no control characters")
    return name
