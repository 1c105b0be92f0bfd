"""Colours of the dark and the light window (after Okabe and Ito), and how Qt gets them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtGui import QColor


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by what they mean, as #RRGGBB or #RRGGBBAA."""

    name: str
    background: str
    card: str
    line: str
    text: str
    dim: str
    curve: str
    auxiliary: str
    ribbon: str
    band: str
    good: str
    good_ink: str
    warning: str
    warning_ink: str
    fault: str
    flash_ink: str
    track: str
    shade_hold: str
    shade_block: str
    shade_exit: str
    hatch: str
    limb: str
    far_limb: str
    sensor: str


DARK = Theme(
    name="dark",
    background="#0C1014",
    card="#151B22",
    line="#2A333D",
    text="#F4F7FA",
    dim="#9FB0C0",
    curve="#56B4E9",
    auxiliary="#B3A7DC",
    ribbon="#56B4E92C",
    band="#009E7348",
    good="#2FD3A2",
    good_ink="#04140E",
    warning="#E69F00",
    warning_ink="#1A1000",
    fault="#E69F0038",
    flash_ink="#04101A",
    track="#26303A",
    shade_hold="#FFFFFF1A",
    shade_block="#CC79A72E",
    shade_exit="#FFFFFF0A",
    hatch="#9FB0C050",
    limb="#F4F7FA",
    far_limb="#74828F",
    sensor="#CC79A7",
)

LIGHT = Theme(
    name="light",
    background="#EEF1F4",
    card="#FFFFFF",
    line="#CFD7DE",
    text="#10161C",
    dim="#4D5B68",
    curve="#0072B2",
    auxiliary="#7A5194",
    ribbon="#0072B22C",
    band="#009E7338",
    good="#00795A",
    good_ink="#FFFFFF",
    warning="#B84A00",
    warning_ink="#FFFFFF",
    fault="#B84A0028",
    flash_ink="#FFFFFF",
    track="#DDE3E8",
    shade_hold="#10161C18",
    shade_block="#8A5FA030",
    shade_exit="#10161C08",
    hatch="#4D5B6850",
    limb="#2A333D",
    far_limb="#9AA6B1",
    sensor="#CC79A7",
)


def opposite(theme: Theme) -> Theme:
    """Return the other theme."""
    return LIGHT if theme is DARK else DARK


@lru_cache(maxsize=64)
def over(code: str, ground: str) -> QColor:
    """Return the colour that a translucent one makes on an opaque ground."""
    upper, lower = color(code), color(ground)
    share = upper.alphaF()
    pairs = ((upper.red(), lower.red()), (upper.green(), lower.green()), (upper.blue(), lower.blue()))
    return QColor(*(round(a * share + b * (1.0 - share)) for a, b in pairs))


@lru_cache(maxsize=256)
def color(code: str) -> QColor:
    """Return the colour of #RRGGBB or #RRGGBBAA (Qt itself reads eight digits as #AARRGGBB)."""
    result = QColor(code[:7])
    if len(code) == 9:
        result.setAlpha(int(code[7:], 16))
    return result
