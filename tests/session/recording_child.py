"""Record two virtual sensors at real-time pace until killed: PATH, largest file in bytes (0: any)."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from imu_hip.session.recorder import Recorder
from tests.session.examples import SETUP, live_items


def main() -> None:
    """Print how many items were put, after each notification pair, for as long as the recorder takes them."""
    path, most_bytes = Path(sys.argv[1]), int(sys.argv[2])
    if most_bytes:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    recorder = Recorder(path, SETUP)
    start_s = time.monotonic()
    items = live_items(60.0)
    for k, numbered in enumerate(items):
        late_s = start_s + (numbered.item.t_ns - items[0].item.t_ns) / 1e9 - time.monotonic()
        if late_s > 0 and not most_bytes:
            time.sleep(late_s)
        if not recorder.put(numbered):
            break
        sys.stdout.write(f"{k + 1}\n")
        sys.stdout.flush()
        if most_bytes and k % 100 == 99:
            recorder.wait_until_written()
    closed = recorder.close()
    sys.stdout.write(f"{closed} {recorder.durable} {recorder.dropped} {recorder.alarm}\n")


if __name__ == "__main__":
    main()
