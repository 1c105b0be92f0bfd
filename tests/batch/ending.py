"""A task that ends its process at one recording, for the processes of a pool to import."""

from __future__ import annotations

import os

from imu_hip.batch.task import Answer, process


def process_or_end(url: str, dest: str, version: str) -> Answer:
    """Do as `process` does, but for the recording that is called 3."""
    if url.endswith("/3.mcap"):
        os._exit(9)
    return process(url, dest, version)
