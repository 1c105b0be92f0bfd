"""The view server: a thread with an event loop of its own that shows a view state to browsers."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.view_state import ViewState
from imu_hip.serve import address
from imu_hip.serve.admission import CODE_DIGITS, Admission
from imu_hip.serve.bounded import Gate, connections
from imu_hip.serve.feed import Feed
from imu_hip.serve.reception import Reception

MAX_SCREENS = 16
SLOW_S = 5.0
"""A screen that has not taken a message after so long is let go; it comes back by itself."""
OPEN_S = 5.0
CLOSE_S = 1.0
MAX_HEARD_BYTES = 1024
WRITE_LIMIT_BYTES = 32768

_LOG = logging.getLogger("imu_hip.serve")
_LOG.setLevel(logging.CRITICAL)  # who comes and goes, or sends nonsense, must not write on the session's terminal


class ViewServer:
    """Shows what `read_state` returns (None: no session) on a page for the same computer or, with `lan`, the network.

    `read_state` is called from the server's thread, up to twenty times a second while somebody watches. With `lan`
    every address of this computer is served (or only `host`), and each device is let in by a one-time code: `code` is
    the first one, made up if None; `link` and `code` always have the next. `port` 0 takes any free one. `error` is
    what `read_state` raised, if it did: then the pages say that there is no connection.
    """

    def __init__(
        self,
        read_state: Callable[[], ViewState | None],
        *,
        lan: bool = False,
        host: str = "127.0.0.1",
        port: int = 0,
        code: str | None = None,
    ) -> None:
        if not lan and not address.is_loopback(host):
            raise UsageError(Reason.WRONG_USAGE, f"{host}: other devices are let in with lan=True only")
        if code is not None and not (len(code) == CODE_DIGITS and code.isascii() and code.isdigit()):
            raise UsageError(Reason.WRONG_USAGE, f"a code has {CODE_DIGITS} digits")
        self.error: BaseException | None = None
        self._read_state = read_state
        self._admission = Admission(code) if lan or code is not None else None
        self._host = "0.0.0.0" if lan and address.is_loopback(host) else host
        self._port = port
        self._loop: asyncio.AbstractEventLoop | None = None
        self._feeding: asyncio.Task[None] | None = None
        self._ready = threading.Event()
        self._failed: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="serve", daemon=True)

    # ---------------------------------------------------------------- from other threads

    def start(self) -> None:
        """Listen; return when the page can be opened."""
        self._thread.start()
        self._ready.wait()
        if self._failed is not None:
            self._thread.join()
            place = address.authority(self._host, self._port)
            raise UsageError(
                Reason.WRONG_USAGE, f"{place}: nothing can be served there ({self._failed.strerror}), choose another"
            ) from self._failed

    def close(self) -> None:
        """Stop, and say goodbye to all screens; their sessions end."""
        if self._loop is not None and self._feeding is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._feeding.cancel)
        if self._thread.ident is not None:
            self._thread.join()

    @property
    def url(self) -> str:
        """Where the page is, once it has been started."""
        shown = address.lan_address() if self._host == "0.0.0.0" else self._host
        return f"http://{address.authority(shown, self._port)}/"

    @property
    def code(self) -> str | None:
        """The code that lets the next device in, None where none is needed; each is good for one device."""
        return None if self._admission is None else self._admission.code

    @property
    def link(self) -> str:
        """The address with the code in it; a browser keeps what is behind the # to itself."""
        return self.url if self.code is None else f"{self.url}#code={self.code}"

    # ---------------------------------------------------------------- in the thread of the server

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            if self._ready.is_set():
                self.error = error
            else:
                self._failed = error
        except BaseException as error:  # A thread has no caller to raise to: whoever owns the server asks for it.
            self.error = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        feed = Feed(self._read_state)
        gate = Gate()
        listening = serve(
            lambda connection: _show(connection, feed),
            self._host,
            self._port,
            process_request=Reception(self._admission).answer,
            compression=None,  # a screen is near; compressing for each would cost more than it saves
            server_header=None,
            open_timeout=OPEN_S,
            ping_interval=None,  # each message is followed by a ping
            close_timeout=CLOSE_S,
            max_size=MAX_HEARD_BYTES,
            max_queue=1,
            write_limit=WRITE_LIMIT_BYTES,
            logger=_LOG,
            create_connection=connections(gate),
        )
        async with listening as server:
            self._port = server.sockets[0].getsockname()[1]
            self._feeding = asyncio.create_task(feed.run())
            self._ready.set()
            await asyncio.wait([self._feeding])
            gate.close()
        if not self._feeding.cancelled():
            self._feeding.result()


async def _show(connection: ServerConnection, feed: Feed) -> None:
    """Show the feed on one screen until it goes, says something or is too slow."""
    if feed.watchers >= MAX_SCREENS:
        await connection.close(CloseCode.TRY_AGAIN_LATER, "all places are taken")
        return
    with feed.watch() as number:
        tasks = [asyncio.create_task(_send_all(connection, feed, number)), asyncio.create_task(_hear(connection))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)


async def _send_all(connection: ServerConnection, feed: Feed, number: int) -> None:
    """Send the newest message each time the last one has been taken: the pong says so, and nothing ever queues."""
    shown = 0
    try:
        while True:
            news = await feed.after(number)
            async with asyncio.timeout(SLOW_S):
                await connection.send(news.whole if news.view_number != shown else news.beat)
                await (await connection.ping())
            number, shown = news.number, news.view_number
    except TimeoutError:
        connection.transport.abort()
    except ConnectionClosed:
        return


async def _hear(connection: ServerConnection) -> None:
    """Wait for the end of the connection; a screen has nothing to say."""
    try:
        await connection.recv()
        await connection.close(CloseCode.POLICY_VIOLATION, "this page is for looking only")
    except ConnectionClosed:
        return
