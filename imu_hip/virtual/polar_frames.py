"""Frames of a Polar Verity Sense as it fills them, made from the byte tables of firmware_protocol/polar.md alone."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

_HEAD = struct.Struct("<BQB3h")
_CHANNELS = 3
_LEAST_BITS = 2
"""Nothing that moves or is noisy has narrower differences."""
_MOST_IN_BLOCK = 255

Counts = tuple[int, int, int]


@dataclass(slots=True)
class _Block:
    """Differences that are written with `bits` each."""

    bits: int
    steps: list[Counts] = field(default_factory=list)

    def size(self, bits: int, steps: int) -> int:
        """Return how many bytes it takes with so many bits, and so many steps more."""
        return 2 + -(-bits * _CHANNELS * (len(self.steps) + steps) // 8)

    def written(self) -> bytes:
        """Return width, number and differences, the least bit of each first."""
        packed = 0
        for place, step in enumerate(part for steps in self.steps for part in steps):
            packed |= (step & ((1 << self.bits) - 1)) << (place * self.bits)
        return bytes([self.bits, len(self.steps)]) + packed.to_bytes(self.size(self.bits, 0) - 2, "little")


class FrameFiller:
    """Takes the samples of one measurement; a frame is sent when the next one would not fit any more.

    A difference that needs more bits than its block has widens the block, or begins another where that is shorter.
    """

    def __init__(self, kind: int, frame_type: int, room_bytes: int) -> None:
        self._kind = kind
        self._type = frame_type
        self._room = room_bytes - _HEAD.size
        self._reference: Counts | None = None
        self._last: Counts = (0, 0, 0)
        self._stamp_ns = 0
        self._blocks: list[_Block] = []

    def take(self, stamp_ns: int, counts: Sequence[int]) -> bytes | None:
        """Take a sample; return the frame of those before it, if that is full."""
        x, y, z = counts
        full = None if self._reference is None or self._fits((x, y, z)) else self._frame(self._reference)
        if self._reference is None or full is not None:
            self._reference, self._blocks = (x, y, z), []
        self._last, self._stamp_ns = (x, y, z), stamp_ns
        return full

    def _fits(self, counts: Counts) -> bool:
        """Put a sample into the frame, unless there is no room."""
        step = (counts[0] - self._last[0], counts[1] - self._last[1], counts[2] - self._last[2])
        bits = max(_LEAST_BITS, *(_width(part) for part in step))
        block = self._blocks[-1] if self._blocks else None
        alone = _Block(bits, [step])
        before = sum(each.size(each.bits, 0) for each in self._blocks)
        anew = before + alone.size(bits, 0)
        widened = self._room + 1
        if block is not None and len(block.steps) < _MOST_IN_BLOCK:
            widened = before - block.size(block.bits, 0) + block.size(max(bits, block.bits), 1)
        if min(anew, widened) > self._room:
            return False
        if block is None or anew < widened:
            self._blocks.append(alone)
        else:
            block.bits = max(bits, block.bits)
            block.steps.append(step)
        return True

    def _frame(self, reference: Counts) -> bytes:
        head = _HEAD.pack(self._kind, self._stamp_ns, self._type, *reference)
        return head + b"".join(block.written() for block in self._blocks)


def _width(step: int) -> int:
    """Return how many bits a signed difference takes."""
    return (step if step >= 0 else ~step).bit_length() + 1
