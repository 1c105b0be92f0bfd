"""What there is to get: a fixed table of the page's own files, and the headers every answer has."""

from __future__ import annotations

import json
from http import HTTPStatus
from importlib.resources import files

from websockets.datastructures import Headers
from websockets.http11 import Response

_FILES = {
    "/": ("index.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
    "/connection.js": ("connection.js", "text/javascript"),
    "/screen.js": ("screen.js", "text/javascript"),
    "/trace.js": ("trace.js", "text/javascript"),
    "/words.js": ("words.js", "text/javascript"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

Resources = dict[str, Response]


def response(status: HTTPStatus, body: bytes, kind: str, extra: dict[str, str] | None = None) -> Response:
    """Return an answer after which the connection is closed."""
    headers = Headers(
        {
            "Content-Type": f"{kind}; charset=utf-8",
            "Content-Length": str(len(body)),
            "Connection": "close",
            **_HEADERS,
            **(extra or {}),
        }
    )
    return Response(status.value, status.phrase, headers, body)


def refusal(status: HTTPStatus) -> Response:
    """Return an answer that only says what is wrong."""
    allow = {"Allow": "GET"} if status is HTTPStatus.METHOD_NOT_ALLOWED else None
    return response(status, f"{status.phrase}\n".encode(), "text/plain", allow)


def as_json(content: dict[str, object], extra: dict[str, str] | None = None) -> Response:
    """Return an answer for the page's script."""
    return response(HTTPStatus.OK, json.dumps(content).encode(), "application/json", extra)


def page_files() -> Resources:
    """Return the whole table: path, and the answer to it; no path leads to the disk."""
    folder = files("imu_hip.serve") / "page"
    return {path: response(HTTPStatus.OK, (folder / name).read_bytes(), kind) for path, (name, kind) in _FILES.items()}
