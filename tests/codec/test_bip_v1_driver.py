"""The receiver's side of a BIP v1 session: what it asks, and what it takes for an answer."""

from __future__ import annotations

import numpy as np
import pytest

from imu_hip.codec import bip_v1
from imu_hip.codec.bip_v1_driver import DRIVER
from imu_hip.model.driver import Ask, Read, Subscribe
from imu_hip.model.item import Characteristic
from imu_hip.model.packet import ControlOpcode, ControlReply, ControlRequest, ControlResult, StreamPacket, SyncReply


def asked(step: object, opcode: ControlOpcode) -> Ask:
    assert isinstance(step, Ask)
    assert step.characteristic is step.answered_on is Characteristic.CONTROL
    assert step.response
    request = bip_v1.decode_control_request(step.request)
    assert isinstance(request, ControlRequest)
    assert request.opcode is opcode
    return step


def reply(opcode: ControlOpcode, result: ControlResult) -> bytes:
    return bip_v1.encode_control_reply(ControlReply(opcode, result))


def test_a_run_that_somebody_else_began_is_ended_first() -> None:
    (step,) = DRIVER.start
    start = asked(step, ControlOpcode.START)
    (otherwise,) = start.otherwise
    asked(otherwise, ControlOpcode.STOP)
    assert start.result(reply(ControlOpcode.START, ControlResult.SUCCESS)) == 0
    assert start.result(reply(ControlOpcode.START, ControlResult.WRONG_STATE)) == ControlResult.WRONG_STATE
    assert start.result(reply(ControlOpcode.STOP, ControlResult.SUCCESS)) is None
    assert start.result(b"\x00") is None


def test_who_comes_back_is_content_with_a_run_that_goes_on() -> None:
    (step,) = DRIVER.resume
    resumed = asked(step, ControlOpcode.START)
    assert resumed.result(reply(ControlOpcode.START, ControlResult.WRONG_STATE)) == 0
    assert resumed.otherwise == ()


def test_it_is_stopped_and_identified_by_one_request_each() -> None:
    (stop,) = DRIVER.stop
    asked(stop, ControlOpcode.STOP)
    subscribed, identify = DRIVER.identify
    assert subscribed == Subscribe(Characteristic.CONTROL)
    asked(identify, ControlOpcode.IDENTIFY)


def test_only_the_battery_may_be_missing() -> None:
    optional = [step for step in DRIVER.preparation if isinstance(step, Read | Subscribe) and step.optional]
    assert {step.characteristic for step in optional} == {Characteristic.BATTERY}
    assert len(optional) == 2


@pytest.mark.parametrize(("token", "other"), [(0, 1), (255, 254)])
def test_an_answer_to_an_earlier_question_of_the_clock_is_none(token: int, other: int) -> None:
    assert DRIVER.sync is not None
    question = DRIVER.sync(token)
    assert bip_v1.decode_sync_request(question.request) == token
    assert not question.response
    assert question.characteristic is question.answered_on is Characteristic.SYNC
    assert question.result(bip_v1.encode_sync_reply(SyncReply(token, 5))) == 0
    assert question.result(bip_v1.encode_sync_reply(SyncReply(other, 5))) is None
    assert question.result(b"") is None


@pytest.mark.parametrize(("lost", "count"), [(1, 1), (65_535, 65_535), (65_536, 65_535)])
def test_at_most_what_the_counter_can_say_is_asked_for_again(lost: int, count: int) -> None:
    assert DRIVER.resend is not None
    question = asked(DRIVER.resend(70, lost), ControlOpcode.RESEND)
    assert bip_v1.decode_control_request(question.request) == ControlRequest(ControlOpcode.RESEND, 70, count)
    assert question.result(reply(ControlOpcode.RESEND, ControlResult.NOT_AVAILABLE)) == 0
    assert question.result(reply(ControlOpcode.RESEND, ControlResult.BUSY)) == ControlResult.BUSY == DRIVER.busy


def test_samples_are_counted_where_they_were_not_sent_again() -> None:
    assert DRIVER.counted is not None
    counts = np.zeros((3, 6), np.int16)
    for resent, expected in ((False, (9, 3)), (True, None)):
        packet = bip_v1.encode_stream(StreamPacket(9, 100, counts, resent, False, False))
        assert DRIVER.counted(packet) == expected
    assert DRIVER.counted(b"\x01") is None
