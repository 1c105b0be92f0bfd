"""What went wrong is one message, whatever it quotes."""

from imu_hip.model.errors import LONGEST_MESSAGE, ImuHipError, Reason


def test_a_message_that_quotes_a_whole_file_keeps_its_beginning_and_its_end() -> None:
    error = ImuHipError(Reason.WRONG_USAGE, f"a.toml: {'x' * 100_000} is no number")
    assert len(error.message) < LONGEST_MESSAGE
    assert error.message.startswith("a.toml: xxx")
    assert error.message.endswith("xxx is no number")


def test_any_other_message_is_left_as_it_is() -> None:
    assert ImuHipError(Reason.WRONG_USAGE, "x" * LONGEST_MESSAGE).message == "x" * LONGEST_MESSAGE
