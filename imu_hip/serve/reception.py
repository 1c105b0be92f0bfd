"""The reception: answers each request before anything else happens; decides what is shown to whom."""

from __future__ import annotations

import time
from http import HTTPStatus

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from imu_hip.serve import address, resources
from imu_hip.serve.admission import Admission

LIVE = "/live"
SESSION = "/session"
CODE_HEADER = "Imu-Hip-Code"
"""A code comes in a header of its own: it stands in no address, and no foreign page can send such a header."""


class Reception:
    """Answers requests; with `admission` None everybody who gets here may look."""

    def __init__(self, admission: Admission | None) -> None:
        self._admission = admission
        self._files = resources.page_files()

    def answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """Return the answer, or None when a live connection may be opened."""
        own_address, port = connection.transport.get_extra_info("sockname")[:2]
        hosts = request.headers.get_all("Host")
        if not address.is_own(hosts, address.own_hosts(own_address, port)):
            return resources.refusal(HTTPStatus.MISDIRECTED_REQUEST)
        origins = request.headers.get_all("Origin")
        if (origins or request.path == LIVE) and not address.is_same_origin(origins, hosts[0]):
            return resources.refusal(HTTPStatus.FORBIDDEN)
        cookie = f"imu_hip_{port}"  # cookies are shared between ports
        admitted = self._admission is None or self._admission.knows(_cookie(request, cookie))
        if request.path == LIVE:
            return None if admitted else resources.refusal(HTTPStatus.FORBIDDEN)
        if request.path == SESSION:
            who = str(connection.transport.get_extra_info("peername")[0])
            return self._session(request, admitted, who, cookie)
        return self._files.get(request.path) or resources.refusal(HTTPStatus.NOT_FOUND)

    def _session(self, request: Request, admitted: bool, who: str, cookie: str) -> Response:
        """Tell a device whether it may look; take its code if it has one."""
        now_s = time.monotonic()
        if admitted or self._admission is None:
            return resources.as_json({"admitted": True, "wait_s": 0.0})
        codes = request.headers.get_all(CODE_HEADER)
        if len(codes) != 1:
            return resources.as_json({"admitted": False, "wait_s": self._admission.wait_s(who, now_s)})
        entry = self._admission.enter(codes[0].strip(), who, now_s)
        if entry.token is None:
            return resources.as_json({"admitted": False, "wait_s": entry.wait_s})
        keep = {"Set-Cookie": f"{cookie}={entry.token}; HttpOnly; SameSite=Strict; Path=/"}
        return resources.as_json({"admitted": True, "wait_s": 0.0}, keep)


def _cookie(request: Request, name: str) -> str:
    """Return the value of a cookie, empty without it."""
    for header in request.headers.get_all("Cookie"):
        for part in header.split(";"):
            key, _, value = part.strip().partition("=")
            if key == name:
                return value
    return ""
