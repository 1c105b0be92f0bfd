"""Colours mean what they say."""

from __future__ import annotations

from dataclasses import astuple

import pytest

from imu_hip.plot.theme import DARK, LIGHT, Theme, color, opposite


def luminance(code: str) -> float:
    """Return the relative luminance by WCAG 2.2."""
    parts = [int(code[i : i + 2], 16) / 255.0 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_eight_digits_end_with_the_opacity() -> None:
    found = color("#11223380")
    assert (found.red(), found.green(), found.blue(), found.alpha()) == (0x11, 0x22, 0x33, 0x80)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_every_colour_is_valid(theme: Theme) -> None:
    assert all(color(code).isValid() for code in astuple(theme)[1:])


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_letters_stand_out(theme: Theme) -> None:
    """4.5 : 1 for text, 3 : 1 for large signs (WCAG 2.2, 1.4.3 and 1.4.11)."""
    for ink in (theme.text, theme.dim):
        assert contrast(ink, theme.card) > 4.5
        assert contrast(ink, theme.background) > 4.5
    assert contrast(theme.warning_ink, theme.warning) > 4.5
    assert contrast(theme.good_ink, theme.good) > 4.5
    assert contrast(theme.curve, theme.card) > 3.0
    assert contrast(theme.good, theme.card) > 3.0


def test_opposite_goes_back_and_forth() -> None:
    assert opposite(DARK) is LIGHT
    assert opposite(LIGHT) is DARK
