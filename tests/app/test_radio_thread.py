"""The radio's thread ends when it is asked to, whenever that is, and hands on what went wrong."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from imu_hip.app.radio_thread import RadioThread


async def _until_stopped(stop: asyncio.Event) -> None:
    await stop.wait()


@pytest.mark.parametrize("when", ["before", "at once", "later"])
def test_it_ends_when_asked_to(when: str) -> None:
    radio = RadioThread(asyncio.new_event_loop, _until_stopped)
    if when == "before":
        radio.request_stop()
    radio.start()
    if when == "later":
        time.sleep(0.05)
        assert radio.is_running
    radio.request_stop()
    radio.join(10.0)
    assert not radio.is_running
    assert radio.error is None


def test_asking_after_the_end_is_harmless() -> None:
    async def nothing(_: asyncio.Event) -> None: ...

    radio = RadioThread(asyncio.new_event_loop, nothing)
    radio.start()
    radio.join(10.0)
    radio.request_stop()
    assert radio.error is None


def test_asking_while_a_failed_loop_closes_is_harmless() -> None:
    async def fails(_: asyncio.Event) -> None:
        raise ConnectionError("gone")

    for _ in range(50):
        radio = RadioThread(asyncio.new_event_loop, fails)
        radio.start()
        while radio.is_running:
            radio.request_stop()
        assert isinstance(radio.error, ConnectionError)


def test_asyncio_runs_in_a_thread_of_its_own() -> None:
    names: list[str] = []

    async def tell(_: asyncio.Event) -> None:
        names.append(threading.current_thread().name)

    radio = RadioThread(asyncio.new_event_loop, tell)
    radio.join()
    radio.start()
    radio.join()
    assert names == ["radio"]
