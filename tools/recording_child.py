"""Record a sample session's items as they once arrived, until killed: PATH. Prints the seconds of what was put."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from imu_hip import api
from imu_hip.session.recorder import Recorder

SOURCE = Path(__file__).resolve().parents[1] / "recordings" / "supine_ere_right.mcap"


def main() -> None:
    """Put each item at its time."""
    recording = api.read(SOURCE)
    recorder = Recorder(Path(sys.argv[1]), recording.setup)
    first_ns, begun_s = recording.items[0].item.t_ns, time.monotonic()
    for numbered in recording.items:
        due_s = (numbered.item.t_ns - first_ns) / 1e9
        time.sleep(max(0.0, begun_s + due_s - time.monotonic()))
        recorder.put(numbered)
        sys.stdout.write(f"{due_s}\n")
        sys.stdout.flush()
    recorder.close()


if __name__ == "__main__":
    main()
