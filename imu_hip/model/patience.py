"""How long to wait for a sensor that gathers samples into long packets."""

from __future__ import annotations

from typing import Final

RADIO_S: Final = 0.5
"""How late a packet may come besides what it took to fill."""


def patience_s(limit_s: float, packet_s: float) -> float:
    """Return how old the newest sample may be where `limit_s` is enough for packets that are filled at once.

    `packet_s`: how long the sensor may take to fill one.
    """
    return max(limit_s, packet_s + RADIO_S)
