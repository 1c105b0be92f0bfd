"""Connections with bounds: GET only, small requests, not too many at once."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import ClassVar

from websockets.asyncio.server import ServerConnection

from imu_hip.serve.resources import refusal

MAX_REQUEST_BYTES = 16384
MAX_CONNECTIONS = 64

_METHOD = b"GET "


class BoundedConnection(ServerConnection):
    """A connection that answers anything but a small GET before the request is even read.

    `peers` are the open connections of one server, `bounded` gives each server its own.
    """

    peers: ClassVar[set[BoundedConnection]]
    _asked = b""
    _refused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a connection; hang up at once if there are too many."""
        super().connection_made(transport)
        self.peers.add(self)
        if len(self.peers) > MAX_CONNECTIONS:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Make room for another."""
        self.peers.discard(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Pass on what arrives, as long as it is a request that may be answered or a frame after one."""
        if self._refused:
            return
        if self.request is None:
            self._asked += data
            if not _METHOD.startswith(self._asked[: len(_METHOD)]):
                self._refuse(HTTPStatus.METHOD_NOT_ALLOWED)
                return
            if len(self._asked) > MAX_REQUEST_BYTES:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
                return
        super().data_received(data)

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer and say no more; what still arrives is dropped until the other side hangs up or its time is over."""
        self._refused, self._asked = True, b""
        self.transport.write(refusal(status).serialize())
        if self.transport.can_write_eof():
            self.transport.write_eof()


def bounded() -> type[BoundedConnection]:
    """Return the connections of one server."""

    class Connection(BoundedConnection):
        peers: ClassVar[set[BoundedConnection]] = set()

    return Connection
