"""The lines of text around the cards: top bar, instruction or warning, footer."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF

from imu_hip.model.item import LinkState
from imu_hip.model.view_state import SensorView, ViewState
from imu_hip.plot import state_text, wording
from imu_hip.plot.canvas import CENTRE, LEFT, RIGHT, Canvas, to_qt
from imu_hip.plot.layout import Rect
from imu_hip.plot.lettering import FLOOR_CAP, INSTRUCTION_CAP, descent, fit, text_width
from imu_hip.plot.panel import Drawing

LOW_BATTERY_PERCENT = 20
INSTRUCTION_CAPS = (1.2 * INSTRUCTION_CAP, INSTRUCTION_CAP)
WARNING_CAPS = (1.2 * INSTRUCTION_CAP, INSTRUCTION_CAP, FLOOR_CAP)
WARNING_LINES = 4


def top_key(state: ViewState) -> tuple[object, ...]:
    """Return what the top bar shows."""
    sensors = tuple((s.role, s.state, _figures(s), s.battery_percent) for s in state.sensors)
    return (state.side, state.exercise, state.posture, state.mode, state.speed, sensors)


def draw_top(canvas: Canvas, bar: Rect, state: ViewState) -> None:
    """Draw the side for the floor; exercise with posture, sensors and mode for whoever stands near."""
    u, theme = canvas.u, canvas.theme
    middle = bar.middle[1]
    side = Rect(bar.x, bar.y, 31.0 * u, bar.height)
    canvas.card(side, theme.text, bar.height / 2.0 / u)
    canvas.floor(side.inset(2.6 * u, 0.0), wording.SIDES[state.side], theme.background, (FLOOR_CAP,), CENTRE)
    mode = Rect(bar.right - 15.0 * u, middle - 2.3 * u, 14.8 * u, 4.6 * u)
    live = state.mode == "live"
    canvas.stroke(theme.good if live else theme.dim, 0.3)
    canvas.painter.drawRoundedRect(to_qt(mode), u, u)
    word = f"{wording.MODES[state.mode]} {state.speed}".strip()
    canvas.text(mode.inset(u, 0.0), word, 2.4, theme.good if live else theme.text, CENTRE)
    width = min(20.0, (mode.x - side.right) / u / 4.2) * u
    x = mode.x - 1.2 * u
    for sensor in reversed(state.sensors):
        x -= width
        _sensor(canvas, Rect(x, middle - 3.5 * u, width - u, 7.0 * u), sensor)
    name = Rect(side.right + 1.8 * u, middle - 3.4 * u, x - side.right - 3.0 * u, 4.0 * u)
    canvas.text(name, state.exercise, 3.0, theme.text)
    canvas.text(Rect(name.x, name.bottom, name.width, 2.9 * u), state.posture, 2.2, theme.dim, bold=False)


def _figures(sensor: SensorView) -> str:
    """Return rate and share of lost samples, or that cues come late with it."""
    if sensor.state is LinkState.LOST:
        return wording.SENSOR_LOST if sensor.age_s is None else wording.SENSOR_SILENT.format(seconds=sensor.age_s)
    if sensor.state is None:
        return wording.SENSOR_UNHEARD
    rate = "" if sensor.rate_hz is None else wording.SENSOR_RATE.format(hz=sensor.rate_hz)
    total = sensor.received + sensor.lost
    percent = 100.0 * sensor.lost / total if total else 0.0
    if sensor.lost:
        return rate + wording.SENSOR_LOSSES.format(percent=percent)
    return rate + (wording.SENSOR_LATE if sensor.is_late else wording.SENSOR_WELL)


def _sensor(canvas: Canvas, box: Rect, sensor: SensorView) -> None:
    """Draw a disc (well), an open circle (not heard yet) or a cross (lost), name, battery and figures."""
    u, theme = canvas.u, canvas.theme
    lost = sensor.state is LinkState.LOST
    first = Rect(box.x + 2.8 * u, box.y + 0.2 * u, box.width - 2.8 * u, 3.9 * u)
    x, y = box.x + 1.0 * u, first.middle[1]
    if lost:
        canvas.cross(x, y, 1.4 * u, theme.warning)
    elif sensor.state is None:
        canvas.stroke(theme.dim, 0.35)
        canvas.disc(x, y, 0.9 * u)
    else:
        canvas.fill(theme.good)
        canvas.disc(x, y, 1.0 * u)
    name = wording.ROLES[sensor.role]
    canvas.text(first, name, 2.6, theme.warning if lost else theme.text)
    second = Rect(first.x, first.bottom - 0.1 * u, first.width, 2.9 * u)
    canvas.text(second, _figures(sensor), 1.9, theme.warning if lost else theme.dim, bold=False)
    start = first.x + text_width(name, round(2.6 * u)) + 1.0 * u
    if sensor.battery_percent is not None and start + 4.2 * u < box.right:
        _battery(canvas, Rect(start, y - 1.1 * u, 3.4 * u, 2.2 * u), sensor.battery_percent)


def _battery(canvas: Canvas, box: Rect, percent: int) -> None:
    u, theme, painter = canvas.u, canvas.theme, canvas.painter
    low = percent < LOW_BATTERY_PERCENT
    canvas.stroke(theme.warning if low else theme.dim, 0.26)
    painter.drawRoundedRect(to_qt(box), 0.5 * u, 0.5 * u)
    canvas.fill(theme.warning if low else theme.dim)
    painter.drawRect(QRectF(box.right + 0.25 * u, box.y + 0.65 * u, 0.45 * u, box.height - 1.3 * u))
    inner = box.inset(0.45 * u, 0.45 * u)
    canvas.fill(theme.warning if low else theme.text)
    painter.drawRect(QRectF(inner.x, inner.y, inner.width * min(100, percent) / 100.0, inner.height))


def banner_key(state: ViewState) -> tuple[object, ...]:
    """Return what the banner shows."""
    return (*state_text.banner_lines(state), bool(state.warning), state.guide.paused)


def draw_banner(canvas: Canvas, box: Rect, state: ViewState) -> None:
    """Draw the instruction; a warning comes first, a guide that waits says so."""
    u, theme = canvas.u, canvas.theme
    warned, paused = bool(state.warning), state.guide.paused
    if not any(state_text.banner_lines(state)):
        return  # an empty card looks like something that is missing
    ink = theme.warning_ink if warned else theme.background if paused else theme.text
    canvas.card(box, theme.warning if warned else theme.text if paused else None)
    words = box.inset(2.8 * u, 0.4 * u)
    if warned:
        canvas.triangle(box.x + 6.6 * u, box.middle[1], 4.2 * u, theme.warning_ink, theme.warning)
    elif paused:
        canvas.pause(box.x + 6.6 * u, box.middle[1], 4.0 * u, ink)
    if warned or paused:
        words = words.beyond(box.x + 13.0 * u)
    draw_lines(canvas, words, state_text.banner_lines(state), ink, WARNING_CAPS if warned else INSTRUCTION_CAPS)


def draw_lines(canvas: Canvas, box: Rect, lines: tuple[str, str], ink: str, caps: tuple[float, ...]) -> None:
    """Draw the first text as large as it can be, below it the second where both have room on a line each."""
    first, second = lines
    if not second or not _a_line_each(canvas, box, first, second, caps, ink):
        canvas.floor(box, first, ink, caps, LEFT, WARNING_LINES)


def _a_line_each(canvas: Canvas, box: Rect, first: str, second: str, caps: tuple[float, ...], ink: str) -> bool:
    """Draw both texts on a line each, the second as high as an instruction must be; return whether there is room."""
    upper = fit(first, box.width, box.height, (INSTRUCTION_CAP * canvas.u, caps[-1] * canvas.u), 1)
    lower = fit(second, box.width, box.height, (INSTRUCTION_CAP * canvas.u,), 1)
    upper_height = upper.height + descent(first, upper.px)
    lower_height = lower.height + descent(second, lower.px)
    spare = box.height - upper_height - lower_height
    if spare < 0.0 or not (upper.is_easy and lower.is_easy):
        return False
    top = box.y + 0.3 * spare
    canvas.lines(Rect(box.x, top, box.width, upper_height), upper, ink)
    canvas.lines(Rect(box.x, top + upper_height + 0.4 * spare, box.width, lower_height), lower, ink)
    return True


def footer_key(state: ViewState) -> tuple[object, ...]:
    """Return what the footer shows."""
    return (state.recording, state.recording_alarm)


def footer(keys: str) -> Drawing:
    """Return the footer of a page with these keys."""
    return Drawing(footer_key, _draw_footer(keys))


def _draw_footer(keys: str) -> Callable[[Canvas, Rect, ViewState], None]:
    """Draw what this is not, the keys, and what is being recorded, all for whoever stands near."""

    def draw(canvas: Canvas, box: Rect, state: ViewState) -> None:
        u, theme = canvas.u, canvas.theme
        size = 1.9
        left = f"{keys}   ·   {wording.DISCLAIMER}"
        said = min(text_width(left, round(size * u), False) + u, 0.66 * box.width)
        canvas.text(Rect(box.x + 0.4 * u, box.y, said, box.height), left, size, theme.dim, bold=False)
        alarm = state.recording_alarm
        text = f"{state.recording}: {alarm}" if alarm and state.recording else alarm or state.recording
        text = text or wording.NOT_RECORDING
        room = Rect(box.x + said + 5.0 * u, box.y, box.width - said - 5.4 * u, box.height)
        canvas.text(room, text, size, theme.warning if alarm else theme.dim, RIGHT, bold=bool(alarm))
        x = max(room.x, room.right - text_width(text, round(size * u), bool(alarm))) - 1.8 * u
        y = box.middle[1]
        if alarm:
            canvas.triangle(x, y, 1.1 * u, theme.warning, theme.warning_ink)
        elif state.recording:
            canvas.fill(theme.good)
            canvas.disc(x, y, 0.7 * u)

    return draw
