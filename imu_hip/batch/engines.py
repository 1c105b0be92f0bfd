"""Who does the work: processes of this computer, or a Dask cluster."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from itertools import islice
from multiprocessing import get_context
from typing import Any

from imu_hip.batch.task import Answer, State, process, put_in_quarantine
from imu_hip.model.errors import ImuHipError, Reason, UsageError
from imu_hip.model.extras import missing_extra

AT_ONCE = 4
"""So many recordings wait for each worker: none is idle, and a stop does not have to wait for them all."""
_THREADS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
)  # fmt: skip
_KILLED = "it ended the process that analyzed it, twice"

Engine = Callable[[Iterable[str], str, str], Iterator[tuple[str, Answer]]]
"""Takes recordings by their URLs, the destination and the version; yields what came of each, as soon as it is known."""


def local(urls: Iterable[str], dest: str, version: str, *, workers: int) -> Iterator[tuple[str, Answer]]:
    """Analyze in processes of this computer, each with one thread.

    A recording that ends its process takes others with it: those are tried again, each alone, and the one that ends
    its process again is put in quarantine.
    """
    left = iter(urls)
    while True:
        suspects: list[str] = []
        with _pool(workers) as pool:
            running: dict[Future[Answer], str] = {}
            while True:
                for url in islice(left, 0 if suspects else AT_ONCE * workers - len(running)):
                    try:
                        running[pool.submit(process, url, dest, version)] = url
                    except BrokenProcessPool:
                        suspects.append(url)
                        break
                if not running:
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    url = running.pop(future)
                    if isinstance(future.exception(), BrokenProcessPool):
                        suspects.append(url)
                    else:
                        yield url, _answer(future.exception(), future.result)
        for url in suspects:
            yield url, _alone(url, dest, version)
        if not suspects:
            return


def _alone(url: str, dest: str, version: str) -> Answer:
    with _pool(1) as pool:
        future = pool.submit(process, url, dest, version)
        error = future.exception()
    if isinstance(error, BrokenProcessPool):
        return _attempted(partial(put_in_quarantine, url, dest, version, _KILLED))
    return _answer(error, future.result)


def dask(urls: Iterable[str], dest: str, version: str, *, scheduler: str) -> Iterator[tuple[str, Answer]]:
    """Analyze on a Dask cluster; what a lost worker had is done by another.

    Raises
    ------
    UsageError
        The extra is missing, or nobody answers at that address.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise missing_extra("Dask is not installed", "cluster") from None
    try:
        client = distributed.Client(scheduler, timeout="10s")
    except (OSError, ValueError) as error:
        raise UsageError(Reason.WRONG_USAGE, f"{scheduler}: no Dask scheduler answers there ({error})") from error
    with client:
        left = iter(urls)

        def submitted(n: int) -> list[object]:
            return [
                client.submit(process, url, dest, version, pure=False, key=f"imu_hip:{url}") for url in islice(left, n)
            ]

        running = distributed.as_completed(
            submitted(max(16, AT_ONCE * sum(client.nthreads().values()))), raise_errors=False
        )
        for future in running:
            url, lost = future.key.removeprefix("imu_hip:"), future.exception()
            if isinstance(lost, distributed.KilledWorker):
                answer = _attempted(partial(put_in_quarantine, url, dest, version, _KILLED))
            else:
                answer = _answer(lost, future.result)
            future.release()
            for other in submitted(1):
                running.add(other)
            yield url, answer


def _answer(error: BaseException | None, result: Callable[[], Answer]) -> Answer:
    if error is None:
        return result()
    text = error.message if isinstance(error, ImuHipError) else f"{type(error).__name__}: {error}"
    return Answer(State.FAILED, reason=text)


def _attempted(work: Callable[[], Answer]) -> Answer:
    try:
        return work()
    except (OSError, ImuHipError) as error:
        return _answer(error, work)


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Yield processes with one thread each; on the way out what has begun is finished and nothing else begun."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))  # read by libraries as they are loaded, in the new processes
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_leave_interrupts)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _leave_interrupts() -> None:
    """Leave Ctrl-C to the process that shares out the work: it lets this one finish."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
