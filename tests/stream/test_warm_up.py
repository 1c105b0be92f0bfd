"""Warming up reaches what a live session needs."""

import subprocess
import sys

from tests.machine_code import needs_machine_code

REACHED = """
from imu_hip.stream.warm_up import warm_up
from imu_hip.stream import device_clock, interpolation, samples
warm_up()
kernels = (samples._place, interpolation.interpolate, interpolation.has_hole, device_clock._applied)
print(*[kernel.__name__ for kernel in kernels if len(kernel.signatures) != 1])
"""


@needs_machine_code
def test_what_every_packet_needs_is_ready_afterwards() -> None:
    done = subprocess.run([sys.executable, "-c", REACHED], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr + done.stdout
