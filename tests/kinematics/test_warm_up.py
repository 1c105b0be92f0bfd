"""Warming up reaches what a session needs, and leaves nothing behind."""

import subprocess
import sys

from tests.machine_code import needs_machine_code

REACHED = """
from imu_hip.kinematics.warm_up import warm_up
from imu_hip.kinematics import heading_filter, row_angles, sight, ticks, uncertainty
warm_up()
at_ticks = (uncertainty._sd_of_rows, ticks._lead, heading_filter._measured)
kernels = (row_angles._rows, sight._see_rows, *at_ticks)
print(*[kernel.__name__ for kernel in kernels if not kernel.signatures])
"""


@needs_machine_code
def test_what_every_row_and_tick_needs_is_ready_afterwards() -> None:
    done = subprocess.run([sys.executable, "-c", REACHED], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr + done.stdout
