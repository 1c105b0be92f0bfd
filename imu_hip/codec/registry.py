"""Which codec reads a sensor family's bytes, and which drivers there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from imu_hip.codec import bip_v1_driver, float64_table, movella_dot, polar_pmd, thingy52, witmotion
from imu_hip.model.driver import Decoder, Driver, StreamsDecoder
from imu_hip.model.errors import Reason, UnusableInputError

BIP_V1: Final = bip_v1_driver.DRIVER.family
FLOAT64_TABLE: Final = "float64"

DRIVERS: Final[tuple[Driver, ...]] = (
    bip_v1_driver.DRIVER,
    movella_dot.DRIVER,
    witmotion.DRIVER,
    polar_pmd.DRIVER,
    thingy52.DRIVER,
)
"""The families of sensors that can be connected; one that several recognise is taken for the first of them."""

_DRIVER_OF: Final = {driver.family: driver for driver in DRIVERS}


def decoder(family: str) -> Decoder:
    """Make a decoder of a sensor family's values.

    Raises
    ------
    UnusableInputError
        No such family: the recording is of a newer version, or its setup is damaged.
    """
    if family == FLOAT64_TABLE:
        return float64_table.decode
    found = _DRIVER_OF.get(family)
    if found is None:
        known = ", ".join(sorted([*_DRIVER_OF, FLOAT64_TABLE]))
        raise UnusableInputError(
            Reason.NEWER_FORMAT, f"sensor family {family!r} is not known to this version; it knows {known}"
        )
    return found.decoder()


def streams_decoder(family: str) -> StreamsDecoder | None:
    """Find what decodes many stream notifications at once; None where nothing does."""
    if family == FLOAT64_TABLE:
        return float64_table.decode_streams
    found = _DRIVER_OF.get(family)
    return None if found is None else found.decode_streams


def drivers(families: Sequence[str]) -> tuple[Driver, ...]:
    """Return the drivers of these families, in the order in which advertisements are compared with them."""
    return tuple(driver for driver in DRIVERS if driver.family in families)
