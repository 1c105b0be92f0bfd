"""Each device is let in by a code of its own, and guessing is stopped."""

from __future__ import annotations

import secrets

import pytest

from imu_hip.serve.admission import LOCKED_S, MAX_SESSIONS, MAX_WRONG, MAX_WRONG_TOGETHER, Admission, new_code

CODE, WRONG = "12345678", "87654321"


def let_in(door: Admission, address: str = "a", now_s: float = 0.0) -> str:
    token = door.enter(door.code, address, now_s).token
    assert token is not None
    return token


def test_a_code_lets_one_device_in_and_is_replaced() -> None:
    door = Admission(CODE)
    token = let_in(door)
    assert door.knows(token)
    assert door.code != CODE
    assert door.enter(CODE, "b", 0.0).token is None
    assert door.knows(let_in(door, "b"))


def test_codes_have_eight_digits_with_leading_zeros(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "randbelow", lambda _: 42)
    assert new_code() == "00000042"


@pytest.mark.parametrize("code", ["", WRONG, "1234567", "123456789", "\uff11" * 8, "\udcff" * 8])
def test_no_other_code_lets_anybody_in(code: str) -> None:
    assert Admission(CODE).enter(code, "a", 0.0).token is None


@pytest.mark.parametrize("token", ["", "x", "\udcff"])
def test_an_unknown_token_is_not_known(token: str) -> None:
    door = Admission(CODE)
    let_in(door)
    assert not door.knows(token)


def test_five_wrong_codes_lock_the_address_for_a_minute_even_for_the_right_code() -> None:
    door = Admission(CODE)
    answers = [door.enter(WRONG, "a", float(k)) for k in range(MAX_WRONG)]
    assert [answer.wait_s for answer in answers] == [0.0] * (MAX_WRONG - 1) + [LOCKED_S]
    last_s = MAX_WRONG - 1.0
    locked = door.enter(CODE, "a", last_s + LOCKED_S - 1.0)
    assert (locked.token, locked.wait_s) == (None, 1.0)
    assert door.enter(CODE, "a", last_s + LOCKED_S).token is not None


def test_a_locked_address_locks_no_other() -> None:
    door = Admission(CODE)
    for _ in range(MAX_WRONG):
        door.enter(WRONG, "a", 0.0)
    assert door.enter(CODE, "b", 0.0).token is not None


def test_wrong_codes_from_many_addresses_lock_all_and_fill_no_memory() -> None:
    door = Admission(CODE)
    for k in range(1000):
        door.enter(WRONG, f"10.0.{k // 256}.{k % 256}", 0.0)
    assert len(door._wrong) == MAX_WRONG_TOGETHER
    assert door.enter(CODE, "b", 1.0).wait_s == LOCKED_S - 1.0
    assert door.enter(CODE, "b", LOCKED_S).token is not None


def test_sessions_go_on_while_codes_are_locked() -> None:
    door = Admission(CODE)
    token = let_in(door)
    for k in range(MAX_WRONG_TOGETHER):
        door.enter(WRONG, str(k), 0.0)
    assert door.knows(token)


def test_the_oldest_session_ends_when_there_are_too_many() -> None:
    door = Admission(CODE)
    tokens = [let_in(door) for _ in range(MAX_SESSIONS + 1)]
    assert [door.knows(token) for token in tokens] == [False] + [True] * MAX_SESSIONS
