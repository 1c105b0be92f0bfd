"""The view server: live for those let in, closed to everything else, never in the way."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from imu_hip.model.errors import UsageError
from imu_hip.model.view_state import ViewState
from imu_hip.serve import bounded, server
from imu_hip.serve.feed import BEAT_S
from imu_hip.serve.server import MAX_SCREENS, ViewServer
from imu_hip.view.as_json import view_json
from tests.plot.scenes import scene

CODE = "12345678"
STILL = scene("hold")


class Moving:
    """A state that changes each time it is read."""

    def __init__(self) -> None:
        self.read = 0

    def __call__(self) -> ViewState:
        self.read += 1
        return replace(STILL, cycle=self.read)


@contextmanager
def serving(read_state: Callable[[], ViewState | None] = lambda: STILL, **options: Any) -> Iterator[ViewServer]:
    view_server = ViewServer(read_state, **options)
    view_server.start()
    try:
        yield view_server
    finally:
        view_server.close()
        assert view_server.error is None


@pytest.fixture(scope="module")
def still() -> Iterator[ViewServer]:
    with serving() as view_server:
        yield view_server


@pytest.fixture
def guarded() -> Iterator[ViewServer]:
    with serving(code=CODE) as view_server:
        yield view_server


def host(view_server: ViewServer) -> str:
    return view_server.url.removeprefix("http://").removesuffix("/")


def port(view_server: ViewServer) -> int:
    return int(host(view_server).rpartition(":")[2])


def raw(view_server: ViewServer, request: bytes) -> bytes:
    """Send bytes and return everything that comes back until the other side hangs up."""
    with socket.create_connection(("127.0.0.1", port(view_server)), timeout=10.0) as client:
        client.sendall(request)
        answer = b""
        while part := client.recv(65536):
            answer += part
        return answer


def get(view_server: ViewServer, path: str = "/", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask for a path as a browser would; header names have _ for -."""
    lines = {"Host": host(view_server), **{name.replace("_", "-"): value for name, value in headers.items()}}
    request = f"GET {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n"
    head, _, body = raw(view_server, request.encode()).partition(b"\r\n\r\n")
    first, *rest = head.decode().split("\r\n")
    return int(first.split()[1]), dict(line.split(": ", 1) for line in rest), body


def enter(view_server: ViewServer, code: str | None) -> tuple[dict[str, Any], str]:
    """Try a code; return the answer and the cookie it brought."""
    given = {} if code is None else {"Imu_Hip_Code": code}
    status, headers, body = get(view_server, "/session", **given)
    assert status == 200
    return json.loads(body), headers.get("Set-Cookie", "").partition(";")[0]


def screen(view_server: ViewServer, origin: str | None = "", cookie: str = "", path: str = "live") -> ClientConnection:
    """Open a live connection, by default as the server's own page would."""
    return connect(
        f"ws://{host(view_server)}/{path}",
        origin=Origin(view_server.url.removesuffix("/")) if origin == "" else Origin(origin) if origin else None,
        additional_headers={"Cookie": cookie} if cookie else None,
        compression=None,
        max_queue=None,  # a test that reads slowly still takes what comes
    )


def heard(client: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(client.recv(timeout=10.0))
    return message


def end(client: ClientConnection) -> int:
    """Read until the server closes and return the code it gave."""
    with suppress(ConnectionClosed):
        while True:
            client.recv(timeout=10.0)
    assert client.close_code is not None
    return client.close_code


# ------------------------------------------------------------------------------- what is shown


def test_a_screen_gets_the_view_and_then_word_that_it_is_unchanged(still: ViewServer) -> None:
    with screen(still) as client:
        first, second = heard(client), heard(client)
    assert first["view"] == view_json(STILL)
    assert second.keys() == {"at_s"}
    assert BEAT_S <= second["at_s"] - first["at_s"] < 4.0 * BEAT_S


def test_changes_come_up_to_twenty_times_a_second() -> None:
    with serving(Moving()) as view_server, screen(view_server) as client:
        messages = [heard(client) for _ in range(21)]
    assert all("view" in message for message in messages)
    assert messages[-1]["at_s"] - messages[0]["at_s"] >= 0.95


def test_without_a_session_the_view_is_null() -> None:
    with serving(lambda: None) as view_server, screen(view_server) as client:
        assert heard(client)["view"] is None


def test_nothing_is_read_while_nobody_watches() -> None:
    moving = Moving()
    with serving(moving) as view_server:
        with screen(view_server) as client:
            heard(client)
        time.sleep(0.2)
        read = moving.read
        time.sleep(0.3)
        assert moving.read == read
        with screen(view_server) as client:
            assert heard(client)["view"]["cycle"] > read


def test_sixteen_screens_watch_and_one_more_is_told_to_come_later() -> None:
    with serving(Moving()) as view_server, ExitStack() as stack:
        clients = [stack.enter_context(screen(view_server)) for _ in range(MAX_SCREENS)]
        assert all("view" in heard(client) for client in clients)
        late = stack.enter_context(screen(view_server))
        assert end(late) == 1013
        clients[0].close()
        time.sleep(0.2)
        assert "view" in heard(stack.enter_context(screen(view_server)))


def live_socket(view_server: ViewServer) -> socket.socket:
    """Open a live connection by hand: nothing reads it, and nothing answers its pings."""
    client = socket.create_connection(("127.0.0.1", port(view_server)), timeout=10.0)
    client.sendall(
        f"GET /live HTTP/1.1\r\nHost: {host(view_server)}\r\nOrigin: {view_server.url.removesuffix('/')}\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    assert client.recv(12, socket.MSG_WAITALL) == b"HTTP/1.1 101"
    return client


def test_a_slow_screen_has_one_message_on_its_way_holds_up_nobody_and_is_let_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "SLOW_S", 0.7)
    with serving(Moving()) as view_server, live_socket(view_server) as slow, screen(view_server) as quick:
        cycles = [heard(quick)["view"]["cycle"] for _ in range(25)]
        assert cycles == list(range(cycles[0], cycles[0] + 25))
        unread = b""
        with suppress(ConnectionResetError):  # hung up on, one way or the other
            while part := slow.recv(65536):
                unread += part
        assert unread.count(b'{"at_s":') == 1


def test_whoever_says_something_is_cut_off(still: ViewServer) -> None:
    with screen(still) as client:
        client.send("set angle 90")
        assert end(client) == 1008


def test_a_long_message_is_not_even_taken(still: ViewServer) -> None:
    with screen(still) as client:
        client.send("x" * 5000)
        assert end(client) == 1009


# ------------------------------------------------------------------------------- who is let in


def test_the_page_itself_is_open_and_says_nothing(guarded: ViewServer) -> None:
    status, _, body = get(guarded)
    assert status == 200
    assert STILL.exercise.encode() not in body


def test_without_a_code_nothing_live_is_shown(guarded: ViewServer) -> None:
    with pytest.raises(InvalidStatus) as refused:
        screen(guarded)
    assert refused.value.response.status_code == 403
    assert enter(guarded, None) == ({"admitted": False, "wait_s": 0.0}, "")


def test_a_code_is_exchanged_for_a_session_and_the_next_device_needs_another(guarded: ViewServer) -> None:
    assert guarded.link == f"{guarded.url}#code={CODE}"
    status, headers, body = get(guarded, "/session", Imu_Hip_Code=CODE)
    assert (status, json.loads(body)) == (200, {"admitted": True, "wait_s": 0.0})
    cookie = headers["Set-Cookie"]
    assert re.fullmatch(rf"imu_hip_{port(guarded)}=[\w-]{{43}}; HttpOnly; SameSite=Strict; Path=/", cookie)
    with screen(guarded, cookie=f"other=1; {cookie.partition(';')[0]}") as client:
        assert heard(client)["view"] == view_json(STILL)
    assert enter(guarded, CODE)[0]["admitted"] is False
    assert guarded.code is not None
    assert guarded.code != CODE
    assert enter(guarded, guarded.code)[0]["admitted"] is True


def test_wrong_codes_lock_the_address(guarded: ViewServer) -> None:
    answers = [enter(guarded, "00000000")[0] for _ in range(5)]
    assert [answer["admitted"] for answer in answers] == [False] * 5
    assert answers[-1]["wait_s"] > 55.0
    right, cookie = enter(guarded, CODE)
    assert (right["admitted"], cookie) == (False, "")
    assert guarded.code == CODE


@pytest.mark.parametrize("cookie", ["", "imu_hip_1=x", "garbage", "=;=;"])
def test_a_made_up_cookie_lets_nobody_in(guarded: ViewServer, cookie: str) -> None:
    with pytest.raises(InvalidStatus):
        screen(guarded, cookie=cookie)


def test_on_the_network_there_is_always_a_code() -> None:
    with serving(lan=True) as view_server:
        assert view_server.code is not None
        assert re.fullmatch(r"[0-9]{8}", view_server.code)
        request = f"GET /session HTTP/1.1\r\nHost: 127.0.0.1:{port(view_server)}\r\n\r\n"
        assert raw(view_server, request.encode()).endswith(b'{"admitted": false, "wait_s": 0.0}')


def test_other_devices_are_not_served_by_accident() -> None:
    for host_address in ("0.0.0.0", "::", "192.168.1.5"):
        with pytest.raises(UsageError, match="lan=True"):
            ViewServer(lambda: STILL, host=host_address)


@pytest.mark.parametrize(
    "code", ["", "1234", "123456789", "1234567x", "\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18"]
)
def test_a_weak_code_is_refused(code: str) -> None:
    with pytest.raises(UsageError, match="8 digits"):
        ViewServer(lambda: STILL, code=code)


# ------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "https://127.0.0.1"])
def test_a_foreign_page_cannot_open_a_live_connection(still: ViewServer, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as refused:
        screen(still, origin=origin)
    assert refused.value.response.status_code == 403


def test_a_foreign_page_cannot_ask_for_anything(still: ViewServer) -> None:
    assert get(still, "/session", Origin="http://evil.example")[0] == 403


@pytest.mark.parametrize("name", ["rebound.example", "rebound.example:80", "127.0.0.1", "127.0.0.1:1", ""])
def test_another_host_is_refused(still: ViewServer, name: str) -> None:
    assert get(still, "/", Host=name)[0] == 421
    assert get(still, "/live", Host=name)[0] == 421


@pytest.mark.parametrize(
    "path",
    [
        "/../server.py", "/page/../index.html", "/%2e%2e/server.py", "//page.js", "/page.js/", "/./page.js",
        "/page.js?x=1", "/page.js%00", "/index.html", "/etc/passwd", "\\..\\server.py", "page.js",
        "http://127.0.0.1/page.js", "/__init__.py", "/favicon.ico",
    ],
)  # fmt: skip
def test_there_is_nothing_but_the_table(still: ViewServer, path: str) -> None:
    assert get(still, path)[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "CONNECT", "get", "GETX"])
def test_other_methods_are_not_allowed(still: ViewServer, method: str) -> None:
    body = "\r\nContent-Length: 4\r\n\r\nbody" if method in ("POST", "PUT") else "\r\n\r\n"
    answer = raw(still, f"{method} / HTTP/1.1\r\nHost: {host(still)}{body}".encode())
    assert answer.startswith(b"HTTP/1.1 405 ")
    assert b"\r\nAllow: GET\r\n" in answer


def test_a_method_that_comes_byte_by_byte_is_seen_too(still: ViewServer) -> None:
    with socket.create_connection(("127.0.0.1", port(still)), timeout=10.0) as client:
        for byte in (b"G", b"E", b"X"):
            client.sendall(byte)
            time.sleep(0.02)
        assert client.recv(12, socket.MSG_WAITALL) == b"HTTP/1.1 405"


@pytest.mark.parametrize("extra", [{"X": "x" * 20000}, {f"X{k}": "x" * 200 for k in range(100)}])
def test_a_large_request_is_refused(still: ViewServer, extra: dict[str, str]) -> None:
    assert get(still, "/", **extra)[0] == 431


@pytest.mark.parametrize(
    "request_text", ["GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n"]
)
def test_nonsense_gets_no_page(still: ViewServer, request_text: str) -> None:
    assert b"200 OK" not in raw(still, request_text.encode())


def test_a_plain_request_to_the_live_address_shows_nothing(still: ViewServer) -> None:
    status, _, body = get(still, "/live", Origin=still.url.removesuffix("/"))
    assert status == 426
    assert b"view" not in body


def test_every_answer_is_guarded(still: ViewServer) -> None:
    for path in ("/", "/page.js", "/session", "/nothing"):
        _, headers, _ = get(still, path)
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert "Server" not in headers
        assert not [name for name in headers if name.startswith("Access-Control")]


def test_too_many_connections_are_hung_up_on_and_the_others_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "MAX_CONNECTIONS", 8)
    with serving() as view_server, screen(view_server) as client, ExitStack() as stack:
        place = ("127.0.0.1", port(view_server))
        idle = [stack.enter_context(socket.create_connection(place, timeout=10.0)) for _ in range(7)]
        one_more = stack.enter_context(socket.create_connection(place, timeout=10.0))
        with suppress(ConnectionResetError):
            assert one_more.recv(1) == b""
        assert "view" in heard(client)
        idle[0].close()
        time.sleep(0.1)
        assert get(view_server)[0] == 200


def test_who_connects_and_says_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "OPEN_S", 0.2)
    with serving() as view_server:
        began_s = time.monotonic()
        raw(view_server, b"GET / HT")
        assert time.monotonic() - began_s < 5.0


# ------------------------------------------------------------------------------- beginning and end


def test_closing_says_goodbye_does_not_wait_for_idlers_and_ends_the_thread() -> None:
    view_server = ViewServer(lambda: STILL)
    view_server.start()
    with screen(view_server) as client, socket.create_connection(("127.0.0.1", port(view_server))):
        heard(client)
        began_s = time.monotonic()
        view_server.close()
        assert time.monotonic() - began_s < 3.0
        assert end(client) == 1001
    assert not view_server._thread.is_alive()
    view_server.close()


def test_a_port_that_is_taken_is_said_in_one_line(still: ViewServer) -> None:
    second = ViewServer(lambda: STILL, port=port(still))
    with pytest.raises(UsageError, match=f"127.0.0.1:{port(still)}: nothing can be served there"):
        second.start()
    second.close()


def test_what_the_state_raises_is_kept_and_the_page_goes_dark() -> None:
    def broken() -> ViewState | None:
        raise ValueError("no view")

    view_server = ViewServer(broken)
    view_server.start()
    with screen(view_server) as client, pytest.raises(ConnectionClosed):
        client.recv(timeout=10.0)
    view_server.close()
    assert isinstance(view_server.error, ValueError)


@pytest.mark.parametrize(
    "behind", [b"\xff" * 10, b"\xc2\x81\xc2\x85aaaahello", b"\x81\x85aaaahello", b"GET / HTTP/1.1\r\n\r\n", b""]
)
def test_whoever_sends_nonsense_writes_nothing_on_the_terminal(behind: bytes, caplog: pytest.LogCaptureFixture) -> None:
    upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    upgrade += "Sec-WebSocket-Version: 13\r\n"
    with serving() as view_server:
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", port(view_server)), timeout=10.0) as client:
                client.sendall(f"GET /live HTTP/1.1\r\nHost: {host(view_server)}\r\n{upgrade}\r\n".encode() + behind)
                with suppress(ConnectionError):
                    client.recv(65536)
        assert get(view_server)[0] == 200
    assert caplog.records == []
