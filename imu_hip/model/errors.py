"""The one error tree: what is raised when a promise is broken (radio life is never raised, it is an event).

ImuHipError
├── UsageError            a wrong option, an unknown exercise, an output that exists
├── UnusableInputError    a file that cannot be read as what it should be
├── RecordingError        the recording cannot be written (disk full, folder gone)
└── LinkError             the radio or a sensor cannot be used at all
"""

from __future__ import annotations

from enum import Enum


class Reason(Enum):
    """Why, for programs; the message says it for people."""

    WRONG_USAGE = "wrong_usage"
    UNKNOWN_EXERCISE = "unknown_exercise"
    OUTPUT_EXISTS = "output_exists"
    NOT_FOUND = "not_found"
    NOT_READABLE = "not_readable"
    NOT_WRITABLE = "not_writable"
    EMPTY = "empty"
    WRONG_FORMAT = "wrong_format"
    WRONG_HEADER = "wrong_header"
    WRONG_VALUE = "wrong_value"
    TIME_NOT_INCREASING = "time_not_increasing"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    NEWER_FORMAT = "newer_format"
    DISK_FULL = "disk_full"
    MISSING_EXTRA = "missing_extra"
    NO_ADAPTER = "no_adapter"
    SENSOR_NOT_FOUND = "sensor_not_found"
    SENSOR_LOST = "sensor_lost"
    WRONG_SENSOR = "wrong_sensor"


LONGEST_MESSAGE = 1500


class ImuHipError(Exception):
    """A broken promise, said in one line: what, where, and what to do about it.

    A file may quote itself in it at any length; what stands before and behind is kept.
    """

    def __init__(self, reason: Reason, message: str) -> None:
        if len(message) > LONGEST_MESSAGE:
            message = f"{message[:1000]} … {message[-400:]}"
        super().__init__(message)
        self.reason = reason
        self.message = message


class UsageError(ImuHipError):
    """The caller asked for something that cannot be done as asked."""


class UnusableInputError(ImuHipError):
    """A file or table does not hold what it should; the message names file, place and problem."""


class RecordingError(ImuHipError):
    """The recording cannot be written; what was durable before stays."""


class LinkError(ImuHipError):
    """Bluetooth or a sensor cannot be used at all (losing one later is an event, not this)."""
