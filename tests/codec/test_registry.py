"""Families and their decoders."""

from __future__ import annotations

import pytest

from imu_hip.codec import bip_v1, float64_table
from imu_hip.codec.registry import decoder, streams_decoder
from imu_hip.model.errors import Reason, UnusableInputError


def test_family_gives_its_decoder() -> None:
    assert decoder("bip1") is bip_v1.decode
    assert decoder("float64") is float64_table.decode


def test_both_families_have_a_decoder_of_many_at_once() -> None:
    assert streams_decoder("bip1") is bip_v1.decode_streams
    assert streams_decoder("float64") is float64_table.decode_streams
    assert streams_decoder("bip9") is None


def test_unknown_family_is_unusable_input_that_names_what_is_known() -> None:
    with pytest.raises(UnusableInputError, match=r"'bip9'.*bip1, dot, float64") as caught:
        decoder("bip9")
    assert caught.value.reason is Reason.NEWER_FORMAT
