"""Run the command line with ``python -m imu_hip``."""

import sys

from imu_hip.app.cli import main

if __name__ == "__main__":
    sys.exit(main())
