"""Play through the real PortAudio into an ALSA device of files; report what came out and how long it took.

A program of its own, because ALSA reads its configuration once: `python paced_device.py HOME [--stall] [--hold] [S]`.
The device is a pipe that another process empties at the pace of a sound card; four channels make one block of 256
frames one page, the smallest thing that a pipe gives back.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

CONFIGURATION = """
pcm.!default {{ type plug slave {{ pcm paced channels 4 format FLOAT_LE rate 48000 }} }}
pcm.paced {{ type file slave.pcm {{ type null }} file "{pipe}" format "raw" }}
"""

READER = """
import fcntl, os, sys, time
pipe = os.open(sys.argv[1], os.O_RDWR)
fcntl.fcntl(pipe, 1031, 4096)
print("ready", flush=True)
began, blocks = None, 0
with open(sys.argv[2], "wb") as heard:
    while True:
        block = os.read(pipe, 4096)
        began = began or time.perf_counter()
        blocks += 1
        heard.write(block)
        heard.flush()
        time.sleep(max(0.0, began + blocks * 256 / 48000 - time.perf_counter()))
"""


def stall(over: threading.Event, *, hold: bool) -> None:
    """Be busy for 150 ms at a time as a slow drawing is: in Python, or in one call that never lets go (`hold`)."""
    while not over.wait(0.05):
        until_s = time.perf_counter() + 0.15
        while time.perf_counter() < until_s:
            sum(range(3_000_000 if hold else 300))


def main() -> None:
    """Play ticks at odd intervals and print the figures as JSON."""
    home = Path(sys.argv[1])
    pipe = home / "pipe"
    os.mkfifo(pipe)
    (home / ".asoundrc").write_text(CONFIGURATION.format(pipe=pipe), encoding="utf-8")
    seconds = float(sys.argv[-1])
    reader = subprocess.Popen([sys.executable, "-c", READER, pipe, home / "heard"], stdout=subprocess.PIPE)
    try:
        if reader.stdout is not None:
            reader.stdout.readline()
        sys.stdout.write(json.dumps(measure(seconds)))
    finally:
        reader.kill()
        reader.communicate()


def measure(seconds: float) -> dict[str, object]:
    """Play for a while; return the status, and handover, call and device times."""
    from imu_hip.feedback.player import Player
    from imu_hip.model.signal import SignalKind

    player = Player()
    status = player.open()
    over = threading.Event()
    busy = threading.Thread(target=stall, args=(over,), kwargs={"hold": "--hold" in sys.argv})
    if "--stall" in sys.argv:
        busy.start()
    calls_s: list[float] = []
    until_s = time.perf_counter() + seconds
    while time.perf_counter() < until_s:
        began_s = time.perf_counter()
        player.play(SignalKind.HOLD_TICK, 1 + len(calls_s) % 10)
        calls_s.append(time.perf_counter() - began_s)
        time.sleep(0.0437)
    over.set()
    time.sleep(0.1)
    handed = sorted(handover.handed_s - handover.asked_s for handover in player.handovers)
    device_s = player.device_delay_s
    after = player.status
    player.close()
    return {
        "status": status,
        "after": after,
        "asked": len(calls_s),
        "handed_ms": [1e3 * value for value in handed],
        "calls_ms": [1e3 * value for value in sorted(calls_s)],
        "device_ms": None if device_s is None else 1e3 * device_s,
    }


if __name__ == "__main__":
    main()
