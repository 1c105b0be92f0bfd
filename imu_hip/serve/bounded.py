"""Connections with bounds: GET only, small requests, not too many at once."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import ClassVar

from websockets.asyncio.server import ServerConnection
from websockets.protocol import State

from imu_hip.serve.resources import refusal

MAX_REQUEST_BYTES = 16384
MAX_CONNECTIONS = 64

_METHOD = b"GET "


class Gate:
    """Counts the connections of one server, and closes with it."""

    def __init__(self) -> None:
        self._present: set[BoundedConnection] = set()
        self._closed = False

    def enter(self, connection: BoundedConnection) -> bool:
        """Take a connection in; say whether there is room for it."""
        self._present.add(connection)
        return not self._closed and len(self._present) <= MAX_CONNECTIONS

    def leave(self, connection: BoundedConnection) -> None:
        """Make room for another."""
        self._present.discard(connection)

    def close(self) -> None:
        """Let nobody in any more, and hang up on whoever has not become live: nobody waits for them."""
        self._closed = True
        for connection in list(self._present):
            if connection.state is State.CONNECTING:
                connection.transport.abort()


class BoundedConnection(ServerConnection):
    """A connection that answers anything but a small GET before the request is even read.

    `connections` makes the class for one gate.
    """

    gate: ClassVar[Gate]
    _asked = b""
    _refused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a connection; hang up at once if there is no room."""
        super().connection_made(transport)
        if not self.gate.enter(self):
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Make room for another."""
        self.gate.leave(self)
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


def connections(of: Gate) -> type[BoundedConnection]:
    """Return the class of the connections that go through this gate."""

    class Connection(BoundedConnection):
        gate = of

    return Connection
