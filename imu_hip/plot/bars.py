"""The lines of text around the cards: top bar, instruction or warning, footer."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from imu_hip.model.item import LinkState
from imu_hip.model.view_state import SensorView, ViewState
from imu_hip.plot import wording
from imu_hip.plot.canvas import CENTRE, RIGHT, Canvas, text_width, to_qt
from imu_hip.plot.layout import Layout, Rect

LOW_BATTERY_PERCENT = 20


def top_key(state: ViewState) -> tuple[object, ...]:
    """Return what the top bar shows."""
    sensors = tuple((s.role, s.state, _figures(s), s.battery_percent) for s in state.sensors)
    return (state.side, state.exercise, state.posture, state.mode, state.speed, sensors)


def draw_top(canvas: Canvas, layout: Layout, state: ViewState) -> None:
    """Draw side, exercise with posture, sensors and mode."""
    u, theme, bar = canvas.u, canvas.theme, layout.top_bar
    middle = bar.y + bar.height / 2.0
    side = Rect(bar.x, middle - 2.9 * u, 15.5 * u, 5.8 * u)
    canvas.card(side, theme.text, 2.9)
    canvas.text(side.inset(1.4 * u, 0.0), state.side.upper(), 4.0, theme.background, CENTRE)
    mode = Rect(bar.right - 17.0 * u, middle - 2.5 * u, 16.8 * u, 5.0 * u)
    live = state.mode == "live"
    canvas.stroke(theme.good if live else theme.dim, 0.35)
    canvas.painter.drawRoundedRect(to_qt(mode), u, u)
    word = f"{state.mode.upper()} {state.speed}".strip()
    canvas.text(mode.inset(u, 0.0), word, 2.6, theme.good if live else theme.text, CENTRE)
    x = mode.x - 1.8 * u
    for sensor in reversed(state.sensors):
        x -= 22.0 * u
        _sensor(canvas, Rect(x, bar.y, 21.0 * u, bar.height), sensor)
    name = Rect(side.right + 1.8 * u, bar.y + 0.9 * u, x - side.right - 3.6 * u, 3.9 * u)
    canvas.text(name, state.exercise, 3.3, theme.text)
    canvas.text(Rect(name.x, name.bottom - 0.2 * u, name.width, 2.9 * u), state.posture, 2.2, theme.dim)


def _figures(sensor: SensorView) -> str:
    """Return rate and share of lost samples, for whoever stands near."""
    if sensor.state is LinkState.LOST:
        return "lost" if sensor.age_s is None else f"silent for {sensor.age_s:.0f} s"
    if sensor.state is None:
        return "not heard yet"
    rate = "" if sensor.rate_hz is None else f"{sensor.rate_hz:.0f} Hz · "
    total = sensor.received + sensor.lost
    percent = 100.0 * sensor.lost / total if total else 0.0
    return f"{rate}{percent:.1f} % lost" if sensor.lost else f"{rate}none lost"


def _sensor(canvas: Canvas, box: Rect, sensor: SensorView) -> None:
    """Draw a disc (well), an open circle (not heard yet) or a cross (lost), name, battery and figures."""
    u, theme = canvas.u, canvas.theme
    lost = sensor.state is LinkState.LOST
    first = Rect(box.x + 2.8 * u, box.y + 0.9 * u, box.width - 2.8 * u, 3.9 * u)
    x, y = box.x + 1.0 * u, first.y + first.height / 2.0
    if lost:
        canvas.cross(x, y, 1.4 * u, theme.warning)
    elif sensor.state is None:
        canvas.stroke(theme.dim, 0.35)
        canvas.disc(x, y, 0.9 * u)
    else:
        canvas.fill(theme.good)
        canvas.disc(x, y, 1.0 * u)
    name = sensor.role.value.capitalize()
    canvas.text(first, name, 2.8, theme.warning if lost else theme.text)
    second = Rect(first.x, first.bottom - 0.2 * u, first.width, 2.9 * u)
    canvas.text(second, _figures(sensor), 1.9, theme.warning if lost else theme.dim, bold=False)
    if sensor.battery_percent is not None:
        start = first.x + text_width(name, 2.8 * u) + 1.0 * u
        _battery(canvas, Rect(start, y - 1.1 * u, 3.6 * u, 2.2 * u), sensor.battery_percent)


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
    return (state.warning, state.prompt)


def draw_banner(canvas: Canvas, layout: Layout, state: ViewState) -> None:
    """Draw the instruction; a warning takes its place and leaves it a second line."""
    u, theme, box = canvas.u, canvas.theme, layout.banner
    if not state.warning:
        canvas.card(box)
        canvas.headline(box.inset(3.0 * u, 0.0), state.prompt, 6.2, theme.text)
        return
    canvas.card(box, theme.warning)
    canvas.triangle(box.x + 6.0 * u, box.y + box.height / 2.0, 3.2 * u, theme.warning_ink, theme.warning)
    words = Rect(box.x + 11.2 * u, box.y, box.width - 13.2 * u, box.height)
    if not state.prompt or text_width(state.warning, 0.62 * 5.4 * u) > words.width:
        canvas.headline(words, state.warning, 6.2, theme.warning_ink)
        return
    upper = Rect(words.x, words.y + 0.9 * u, words.width, 6.0 * u)
    canvas.text(upper, state.warning, 5.4, theme.warning_ink)
    lower = Rect(words.x, upper.bottom, words.width, 3.4 * u)
    canvas.text(lower, state.prompt, 2.8, theme.warning_ink)


def footer_key(state: ViewState) -> tuple[object, ...]:
    """Return what the footer shows."""
    return (state.recording, state.recording_alarm)


def draw_footer(canvas: Canvas, layout: Layout, state: ViewState) -> None:
    """Draw what this is not, and what is being recorded."""
    u, theme, box = canvas.u, canvas.theme, layout.footer
    size = 2.1
    said = text_width(wording.DISCLAIMER, size * u, False)
    canvas.text(Rect(box.x + 0.4 * u, box.y, said + u, box.height), wording.DISCLAIMER, size, theme.dim, bold=False)
    alarm = state.recording_alarm
    text = f"{state.recording}: {alarm}" if alarm and state.recording else alarm or state.recording
    text = text or "not recording"
    room = Rect(box.x + said + 6.0 * u, box.y, box.width - said - 6.4 * u, box.height)
    canvas.text(room, text, size, theme.warning if alarm else theme.dim, RIGHT, bold=bool(alarm))
    x = max(room.x, room.right - text_width(text, size * u, bool(alarm))) - 1.8 * u
    y = box.y + box.height / 2.0
    if alarm:
        canvas.triangle(x, y, 1.1 * u, theme.warning, theme.warning_ink)
    elif state.recording:
        canvas.fill(theme.good)
        canvas.disc(x, y, 0.7 * u)
