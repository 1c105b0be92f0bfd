"""The page in a real browser: it follows the session, and never shows an old angle as a live one."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from imu_hip.model.event import Phase
from imu_hip.model.view_state import ChannelView, ViewState
from imu_hip.plot import state_text, wording
from imu_hip.serve.server import ViewServer
from tests.plot.scenes import NAMES, scene
from tests.serve.browser import Browser, Tab

TV, PHONE = (1920, 1080), (360, 640)
SIZES = [TV, (1280, 720), (740, 360), (800, 1280), PHONE]
CODE = "12345678"


class Session:
    """A session whose time goes on while it is looked at; `frozen`: it stands still."""

    def __init__(self, state: ViewState | None) -> None:
        self._lock = threading.Lock()
        self._state = state
        self._read = 0
        self.frozen = False

    def show(self, state: ViewState | None) -> None:
        with self._lock:
            self._state = state

    def __call__(self) -> ViewState | None:
        with self._lock:
            if self._state is None:
                return None
            self._read += not self.frozen
            return replace(self._state, breaths_measured=self._read)


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Tab]:
    with chromium.tab() as found:
        found.size(*TV)
        yield found


@pytest.fixture
def session() -> Session:
    return Session(scene("hold"))


@pytest.fixture
def server(session: Session) -> Iterator[ViewServer]:
    view_server = ViewServer(session)
    view_server.start()
    yield view_server
    view_server.close()


def until_link(tab: Tab, link: str) -> None:
    tab.until(f"document.body.dataset.link === {json.dumps(link)}")


def visible(tab: Tab, selector: str) -> bool:
    return bool(
        tab.value(f"document.querySelector({json.dumps(selector)}).checkVisibility({{visibilityProperty: true}})")
    )


def test_the_page_follows_the_session_without_a_complaint(tab: Tab, session: Session, server: ViewServer) -> None:
    tab.open(server.url)
    until_link(tab, "live")
    state = scene("hold")
    tab.until_text("#number", "40")
    tab.until_text("#phase", "HOLD")
    tab.until_text("#left", "3")
    tab.until_text("#line", "Hold one slow breath")
    assert visible(tab, "#in-range")
    assert not visible(tab, "#away")

    session.show(replace(state, angle_deg=-12.4, phase=Phase.EXIT, hold_s=None))
    tab.until_text("#number", "−12")
    tab.until_text("#phase", "LET GO")
    tab.until_text("#left", "9")
    assert not visible(tab, "#in-range")

    session.show(replace(state, hold_s=9.2))
    tab.until_text("#hold-label", "9 s held")
    assert visible(tab, "#done")

    session.show(scene("flop"))
    tab.until_text("#line", scene("flop").warning)
    assert visible(tab, "#banner svg")
    tab.until_text("#warn", scene("flop").warning)

    session.show(scene("sensor_lost"))
    tab.until_text("#number", wording.UNKNOWN)
    tab.until_text("#phase", "PAUSED")
    assert "Thigh lost" in tab.text("#sensors")
    assert tab.complaints == []


def test_the_page_says_the_words_of_the_window(tab: Tab, session: Session, server: ViewServer) -> None:
    tab.open(server.url)
    states = [scene(name) for name in NAMES]
    outward = replace(scene("hold"), outward=True, band_deg=(-42.0, -33.0), angle_deg=-36.0)
    states += [replace(state, phase=phase) for state in (scene("hold"), outward) for phase in Phase]
    for state in states:
        session.show(state)
        tab.until_text("#phase", state_text.phase_word(state))
        angle_deg = state.angle_deg
        tab.until_text("#number", wording.UNKNOWN if angle_deg is None else state_text.figure(angle_deg))
        assert visible(tab, "#in-range") == state_text.in_range(state)
    assert wording.DISCLAIMER in tab.text("footer")


def test_data_that_stand_still_are_not_shown_as_live(tab: Tab, session: Session, server: ViewServer) -> None:
    tab.open(server.url)
    until_link(tab, "live")
    session.frozen = True
    until_link(tab, "old")
    assert tab.text("#away-what") == "No new data"
    assert visible(tab, "#away")
    assert float(tab.value("getComputedStyle(document.querySelector('main')).opacity")) < 0.3
    session.frozen = False
    until_link(tab, "live")
    assert not visible(tab, "#away")


def test_after_a_sleep_of_the_device_nothing_is_live_before_something_new_came(
    tab: Tab, session: Session, server: ViewServer
) -> None:
    tab.open(server.url)
    until_link(tab, "live")
    session.frozen = True
    tab.value("{ const now = Date.now; Date.now = () => now() + 60000 }")
    until_link(tab, "old")
    assert tab.text("#away-why") == "what is shown is old"
    session.frozen = False
    until_link(tab, "live")


def test_a_lost_connection_is_shown_and_comes_back_by_itself(tab: Tab, session: Session, server: ViewServer) -> None:
    tab.open(server.url)
    until_link(tab, "live")
    port = int(server.url.rpartition(":")[2].strip("/"))
    server.close()
    until_link(tab, "old")
    assert tab.text("#away-what") == "No connection"
    assert visible(tab, "#away")
    session.show(scene("approach"))
    again = ViewServer(session, port=port)
    again.start()
    try:
        until_link(tab, "live")
        tab.until_text("#phase", "TURN IN")
    finally:
        again.close()


def test_a_network_that_falls_silent_is_a_lost_connection(tab: Tab, server: ViewServer) -> None:
    tab.open(server.url)
    until_link(tab, "live")
    tab.value("JSON.parse = () => { throw new Error('lost on the way') }")
    until_link(tab, "old")
    assert tab.text("#away-what") == "No connection"


def test_without_a_session_nothing_of_an_old_one_is_seen(tab: Tab, session: Session, server: ViewServer) -> None:
    tab.open(server.url)
    until_link(tab, "live")
    session.show(None)
    until_link(tab, "none")
    assert not visible(tab, "#number")
    assert tab.text("#away-what") == "No session"


def test_a_code_is_asked_for_and_lets_in(tab: Tab, session: Session) -> None:
    server = ViewServer(session, code=CODE)
    server.start()
    enter = "document.querySelector('#code').value = {!r}; document.querySelector('#door button').click()"
    try:
        tab.open(server.url)
        until_link(tab, "door")
        assert visible(tab, "#code")
        assert not visible(tab, "#number")
        tab.value(enter.format("00000000"))
        tab.until_text("#door-why", "That is not the code")
        tab.value(enter.format(CODE))
        until_link(tab, "live")
        tab.open(server.url)  # the browser remembers, and its scripts cannot read what
        until_link(tab, "live")
        assert tab.value("document.cookie") == ""
        assert server.code != CODE
        assert tab.complaints == []
    finally:
        server.close()


def test_the_code_of_a_link_is_used_and_gone_from_the_address(tab: Tab, session: Session) -> None:
    server = ViewServer(session, code=CODE)
    server.start()
    try:
        tab.open(server.link)
        until_link(tab, "live")
        assert tab.value("location.href") == server.url
        assert tab.complaints == []
    finally:
        server.close()


@pytest.mark.parametrize("name", ["hold", "sensor_lost", "before_calibration"])
def test_everything_fits_on_screens_of_all_sizes(tab: Tab, session: Session, server: ViewServer, name: str) -> None:
    channels = (
        ChannelView("pelvis turn", -12.0, 5.0, at_fault=True),
        ChannelView("knee inward", 10.0, 6.0, unsure=True),
    )
    session.show(replace(scene(name), channels=channels))
    tab.open(server.url)
    until_link(tab, "live")
    outside = """[...document.querySelectorAll(`header span, #phase, #number, #degree, #spread, #ring, #line,
        #hold-label, #count, #steps li, #sensors li, #channels li, canvas, footer`)].filter((element) => {
        const box = element.getBoundingClientRect();
        const card = (element.closest('section') ?? document.body).getBoundingClientRect();
        return box.width && element.id !== 'number' && (box.left < card.left - 1 || box.right > card.right + 1
            || box.top < card.top - 1 || box.bottom > card.bottom + 1);
    }).map((element) => element.id || element.textContent)"""
    for width, height in SIZES:
        tab.size(width, height)
        tab.until(f"innerWidth === {width} && innerHeight === {height}")
        assert tab.value(outside) == [], (width, height)
        assert tab.value("[document.body.scrollWidth, document.body.scrollHeight]") == [width, height]


@pytest.mark.parametrize("angle_deg", [40.4, -12.0, 3.0])
def test_on_a_tv_the_figures_are_a_quarter_of_the_screen_high(
    tab: Tab, session: Session, server: ViewServer, angle_deg: float
) -> None:
    session.show(replace(scene("hold"), angle_deg=angle_deg))
    tab.open(server.url)
    until_link(tab, "live")
    ink = """(() => {
        const style = getComputedStyle(document.querySelector('#number'));
        const pen = document.createElement('canvas').getContext('2d');
        pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
        return pen.measureText('H').actualBoundingBoxAscent;
    })()"""
    assert tab.value(ink) >= 0.25 * TV[1]
    assert tab.value("document.querySelector('#degree').getBoundingClientRect().right") <= tab.value(
        "document.querySelector('#now').getBoundingClientRect().right"
    )


@pytest.mark.parametrize("dark", [True, False])
def test_text_stands_out_in_dark_and_light(tab: Tab, server: ViewServer, dark: bool) -> None:
    tab.size(*TV, dark=dark)
    tab.open(server.url)
    until_link(tab, "live")
    contrast = """((ink, ground) => {
        const style = getComputedStyle(document.body);
        const light = (name) => {
            const code = style.getPropertyValue(name).trim();
            const part = (k) => parseInt(code.slice(k, k + 2), 16) / 255;
            const linear = (c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
            return 0.2126 * linear(part(1)) + 0.7152 * linear(part(3)) + 0.0722 * linear(part(5));
        };
        const [a, b] = [light(ink), light(ground)].sort((p, q) => q - p);
        return (a + 0.05) / (b + 0.05);
    })"""
    pairs = ("text", "card"), ("dim", "card"), ("good", "card"), ("warning-ink", "warning"), ("good-ink", "good")
    for ink, ground in pairs:
        assert tab.value(f"{contrast}('--{ink}', '--{ground}')") >= 4.5, (ink, ground)
    shown = tab.value("getComputedStyle(document.body).backgroundColor")
    assert shown == ("rgb(12, 16, 20)" if dark else "rgb(238, 241, 244)")


def test_a_screen_reader_hears_the_moment_but_not_twenty_times_a_second(
    tab: Tab, session: Session, server: ViewServer
) -> None:
    tab.open(server.url)
    tab.until_text("#say", "hold, 40 degrees, 3 seconds left")
    tab.value(
        "window.heard = 0; new MutationObserver(() => { heard += 1 }).observe("
        "document.querySelector('#say'), {childList: true, characterData: true, subtree: true})"
    )
    for k in range(20):
        session.show(replace(scene("hold"), angle_deg=30.0 + k))
        tab.until_text("#number", str(30 + k))
    assert tab.value("heard") == 0
