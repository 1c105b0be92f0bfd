"""The frozen setup reads back exactly, and only when it is one."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.item import Role
from imu_hip.model.setup import SensorSetup, Setup
from imu_hip.session.setup_json import (
    FORMAT,
    metadata_entries,
    setup_from_text,
    setup_text_of,
    setup_to_text,
)
from tests.session.examples import SETUP, values_of


@given(values_of(Setup, st.integers(-(2**63), 2**63 - 1)))
def test_any_setup_with_both_roles_reads_back_exactly(setup: Setup) -> None:
    pelvis, thigh = setup.sensors
    whole = replace(setup, sensors=(replace(pelvis, role=Role.PELVIS), replace(thigh, role=Role.THIGH)))
    assert setup_from_text(setup_to_text(whole), "file") == whole


def changed(**changes: Any) -> str:
    return json.dumps(json.loads(setup_to_text(SETUP)) | changes)


@pytest.mark.parametrize(
    ("text", "reason", "place"),
    [
        ("", Reason.WRONG_FORMAT, "Expecting value"),
        ("[]", Reason.WRONG_FORMAT, "no format number"),
        ('{"format": true}', Reason.WRONG_FORMAT, "no format number"),
        ("[" * 100_000, Reason.WRONG_FORMAT, "recursion"),
        (changed(setup=None), Reason.WRONG_FORMAT, "setup: object expected"),
        (changed(format=FORMAT + 1, setup="who knows"), Reason.NEWER_FORMAT, "update imu-hip"),
    ],
)
def test_other_text_is_refused_in_one_line_that_names_the_file(text: str, reason: Reason, place: str) -> None:
    with pytest.raises(UnusableInputError, match=place) as caught:
        setup_from_text(text, "walk.mcap")
    assert caught.value.reason is reason
    assert caught.value.message.startswith("walk.mcap: ")
    assert "\n" not in caught.value.message


def test_a_setup_with_the_same_role_twice_is_refused() -> None:
    twice = replace(SETUP, sensors=(SensorSetup(Role.THIGH, "bip1"), SensorSetup(Role.THIGH, "bip1")))
    with pytest.raises(UnusableInputError, match="one sensor per role"):
        setup_from_text(setup_to_text(twice), "file")


def test_metadata_is_believed_only_with_its_name_and_checksum() -> None:
    text = setup_to_text(SETUP)
    entries = metadata_entries(text)
    assert setup_text_of("session", entries) == text
    assert setup_text_of("other", entries) is None
    assert setup_text_of("session", entries | {"setup": text.replace("left", "lefu")}) is None
    assert setup_text_of("session", {}) is None
