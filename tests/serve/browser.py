"""A real browser without a screen, driven by the DevTools protocol: what the tests of the page need of it."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tools.system_packages import BROWSERS

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--no-default-browser-check", "--remote-debugging-port=0",
)  # fmt: skip
START_S = 30.0
ANSWER_S = 20.0


def installed() -> str | None:
    """Return the browser's program, None where there is none."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


class Wire:
    """A DevTools connection: commands and their results, one after the other."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0

    def ask(self, method: str, **parameters: object) -> dict[str, Any]:
        """Give a command and return its result."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=ANSWER_S))
            if message.get("id") == self._number:
                assert "error" not in message, message
                result: dict[str, Any] = message["result"]
                return result
            self.note(message)

    def note(self, message: dict[str, Any]) -> None:
        """Take what comes unasked."""


class Tab(Wire):
    """One page in a browser. `complaints` are errors and warnings of its console, CSP's included."""

    def __init__(self, socket: ClientConnection) -> None:
        super().__init__(socket)
        self.complaints: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def note(self, message: dict[str, Any]) -> None:
        """Keep what the page complains about."""
        content = message.get("params", {})
        match message.get("method"):
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(content["exceptionDetails"]))
            case "Log.entryAdded" if content["entry"]["level"] in ("error", "warning"):
                self.complaints.append(content["entry"]["text"])
            case "Runtime.consoleAPICalled" if content["type"] in ("error", "warning", "assert"):
                self.complaints.append(json.dumps(content["args"]))

    def size(self, width: int, height: int, *, dark: bool = True, scale: float = 1.0) -> None:
        """Take the size of a screen and the person's choice of dark or light."""
        self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=False
        )
        choice = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[choice])

    def open(self, url: str) -> None:
        """Go to a page."""
        self.ask("Page.navigate", url=url)
        self.until("document.readyState === 'complete'")

    def value(self, expression: str) -> Any:
        """Return what a JavaScript expression is."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def until(self, expression: str, within_s: float = 10.0) -> None:
        """Wait until a JavaScript expression is true."""
        end_s = time.monotonic() + within_s
        while not self.value(expression):
            assert time.monotonic() < end_s, f"never came: {expression}; page: {self.value('document.body.innerText')}"
            time.sleep(0.03)

    def text(self, selector: str) -> str:
        """Return the text of an element."""
        return str(self.value(f"document.querySelector({json.dumps(selector)}).textContent"))

    def until_text(self, selector: str, text: str, within_s: float = 10.0) -> None:
        """Wait until an element shows a text."""
        element = f"document.querySelector({json.dumps(selector)})"
        self.until(f"{element} !== null && {element}.textContent === {json.dumps(text)}", within_s)

    def picture(self) -> bytes:
        """Return the page as PNG."""
        return base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"])


class Browser:
    """A running browser."""

    def __init__(self, port: int, endpoint: str) -> None:
        self._port = port
        self._endpoint = endpoint

    @contextmanager
    def tab(self) -> Iterator[Tab]:
        """Open a tab that remembers nothing of others (its own cookies), and close it in the end."""
        with connect(f"ws://127.0.0.1:{self._port}{self._endpoint}", max_size=None, compression=None) as control:
            browser = Wire(control)
            context = browser.ask("Target.createBrowserContext", disposeOnDetach=True)["browserContextId"]
            target = browser.ask("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
            place = f"ws://127.0.0.1:{self._port}/devtools/page/{target}"
            with connect(place, max_size=None, compression=None) as socket:
                yield Tab(socket)
            browser.ask("Target.disposeBrowserContext", browserContextId=context)


@contextmanager
def running(program: str) -> Iterator[Browser]:
    """Start a browser with an empty profile; it ends with the block."""
    with tempfile.TemporaryDirectory(prefix="imu-hip-browser-", ignore_cleanup_errors=True) as folder:
        command = [program, *FLAGS, f"--user-data-dir={folder}", "about:blank"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield Browser(*_endpoint(Path(folder) / "DevToolsActivePort", process))
        finally:
            process.terminate()
            process.wait(10.0)


def _endpoint(file: Path, process: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Wait for the browser to say where it listens."""
    end_s = time.monotonic() + START_S
    while time.monotonic() < end_s:
        assert process.poll() is None, "the browser ended at once"
        if file.exists() and len(lines := file.read_text().splitlines()) == 2:
            return int(lines[0]), lines[1]
        time.sleep(0.05)
    raise AssertionError("the browser does not listen")
