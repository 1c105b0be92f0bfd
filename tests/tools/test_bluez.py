"""The job with the real BlueZ: how it counts, and what its machine is made of; the machine itself takes minutes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from bluez_machine import judged, member
from bluez_packages import in_order
from bluez_session import Heard, lags_ms, lost_and_twice

from imu_hip.model.packet import StreamPacket


def heard(first: int, *, at_s: float = 0.0, device_us: int = 0, resent: bool = False) -> Heard:
    counts = np.zeros((5, 6), np.int16)
    return Heard(at_s, StreamPacket(first % 65536, device_us, counts, resent=resent, clipped=False, overran=False))


def test_a_stream_without_holes_has_lost_nothing_even_where_the_counter_wraps() -> None:
    assert lost_and_twice([heard(first) for first in range(65500, 65600, 5)]) == (0, 0)


def test_what_never_came_is_lost_and_what_came_again_unasked_is_counted() -> None:
    assert lost_and_twice([heard(0), heard(5), heard(5), heard(20)]) == (10, 1)


def test_what_was_asked_for_again_is_neither_lost_nor_twice() -> None:
    again = [heard(5, resent=True), heard(0, resent=True)]
    assert lost_and_twice([heard(0), heard(10), *again]) == (0, 0)


def test_lags_are_those_behind_the_fastest_packet() -> None:
    stream = [heard(0, at_s=1.0, device_us=0), heard(5, at_s=1.060, device_us=50_000)]
    assert lags_ms(stream) == pytest.approx((10.0, 0.0, 10.0))


def test_modules_are_loaded_after_what_they_need_and_those_of_the_kernel_not_at_all(tmp_path: Path) -> None:
    needs = {"hci_vhci": "bluetooth", "bluetooth": "rfkill,built_in", "rfkill": "", "stranger": ""}
    modules = {name: tmp_path / f"{name}.ko" for name in needs}
    for name, path in modules.items():
        path.write_bytes(b"\x7fELF\0license=GPL\0depends=" + needs[name].encode() + b"\0")
    assert in_order(("built_in", "hci_vhci"), modules) == ["rfkill", "bluetooth", "hci_vhci"]


def test_a_member_of_the_first_file_system_has_its_name_and_content_on_boundaries_of_four_bytes() -> None:
    written = member("init", b"hello")
    assert written[:6] == b"070701"
    assert int(written[54:62], 16) == 5
    assert written[110:116] == b"init\0\0"
    assert written[116:] == b"hello\0\0\0"


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ([], 1),
        ([{"name": "a", "told": "", "wrong": []}], 1),
        ([{"end": "versions"}], 1),
        ([{"name": "a", "told": "", "wrong": []}, {"end": "versions"}], 0),
        ([{"name": "a", "told": "", "wrong": ["x"]}, {"end": "versions"}], 1),
    ],
    ids=["no end", "cut off", "nothing was run", "all hold", "one does not"],
)
def test_only_a_job_that_came_to_its_end_and_whose_scenarios_hold_succeeds(
    results: list[dict[str, object]], code: int
) -> None:
    assert judged(json.loads(json.dumps(results))) == code
