"""The moves of all channels as they are being planned: where each quantity of the body is heading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from imu_hip.simulate.channel import Move
from imu_hip.simulate.plan import Channel


class Moves:
    """Collects moves in the order in which they begin."""

    def __init__(self, initial: Mapping[Channel, float]) -> None:
        self.initial = dict(initial)
        self._moves: dict[Channel, list[Move]] = {channel: [] for channel in Channel}

    def go(self, channel: Channel, start_s: float, duration_s: float, target: float) -> None:
        """Go to `target`."""
        self._moves[channel].append(Move(start_s, duration_s, target))

    def add(self, channel: Channel, moves: Iterable[Move]) -> None:
        """Make moves, in the order in which they begin."""
        self._moves[channel] += moves

    def go_by(self, channel: Channel, start_s: float, duration_s: float, change: float) -> None:
        """Go to `change` away from where the channel stood at the beginning of the session."""
        self.go(channel, start_s, duration_s, self.initial[channel] + change)

    def target(self, channel: Channel) -> float:
        """Return where the channel is heading, or rests."""
        moves = self._moves[channel]
        return moves[-1].target if moves else self.initial[channel]

    def all(self) -> dict[Channel, tuple[Move, ...]]:
        """Return what was collected."""
        return {channel: tuple(moves) for channel, moves in self._moves.items()}
