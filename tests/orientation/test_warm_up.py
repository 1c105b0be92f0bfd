"""Warming up reaches what a session needs."""

import subprocess
import sys

from tests.machine_code import needs_machine_code

REACHED = """
from imu_hip.orientation import sensor, vqf_filter
from imu_hip.orientation.warm_up import warm_up
warm_up()
print(*[kernel.__name__ for kernel in (sensor._time_steps, vqf_filter._take_off) if not kernel.signatures])
"""


@needs_machine_code
def test_what_every_row_needs_is_ready_afterwards() -> None:
    done = subprocess.run([sys.executable, "-c", REACHED], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr + done.stdout
