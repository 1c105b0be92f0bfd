"""Numbers as the page writes them: whole degrees, ± two standard deviations, a real minus sign, dashes for unknown."""

from __future__ import annotations

from datetime import datetime

from imu_hip.report import wording


def number(value: float | None, digits: int = 0, *, sign: bool = False) -> str:
    """Return a rounded number, never minus zero; `sign`: with a plus, too."""
    if value is None:
        return wording.UNKNOWN
    text = f"{value:.{digits}f}"
    if not float(text):
        return text.removeprefix("-")
    return (f"+{text}" if sign and value > 0.0 else text).replace("-", "−")


def degrees(angle_deg: float | None) -> str:
    """Return an angle in whole degrees."""
    return wording.UNKNOWN if angle_deg is None else f"{number(angle_deg)}°"


def angle(angle_deg: float | None, sd_deg: float | None) -> str:
    """Return an angle with two standard deviations."""
    if angle_deg is None:
        return wording.UNKNOWN
    spread = wording.UNKNOWN if sd_deg is None else degrees(2.0 * sd_deg)
    return f"{degrees(angle_deg)} ± {spread}"


def clock(t_s: float | None) -> str:
    """Return a time of the recording as minutes and seconds, hours before them where there are any."""
    if t_s is None:
        return wording.UNKNOWN
    minutes, seconds = divmod(abs(int(t_s)), 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
    return f"−{text}" if t_s <= -1.0 else text


def seconds(duration_s: float | None) -> str:
    """Return a duration to a tenth of a second."""
    return wording.UNKNOWN if duration_s is None else wording.SECONDS.format(seconds=number(duration_s, 1))


def moment(start_utc: str | None) -> str:
    """Return when a recording began, in UTC: the page must not depend on where it is made."""
    if start_utc is None:
        return wording.NO_START
    try:
        when = datetime.fromisoformat(start_utc)
    except ValueError:
        return start_utc
    return wording.UTC.format(date=when.strftime("%Y-%m-%d"), time=when.strftime("%H:%M"))


def out_of(part: int, whole: int) -> str:
    """Return how many of how many."""
    return wording.OF.format(part=part, whole=whole)
