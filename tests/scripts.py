"""Scripts of the catalogue's exercises by their ids."""

from collections.abc import Iterable, Mapping

from imu_hip.app.catalogue import catalogue, exercise
from imu_hip.guide import script as guided
from imu_hip.guide.around import Calibration
from imu_hip.guide.script import Dose
from imu_hip.model.prompt import Prompt

EXERCISES = tuple(spec.id for spec in catalogue())
STANDING = Calibration.STANDING


def script(exercise_id: str, cycles: int = 1, calibration: Calibration = STANDING) -> tuple[Prompt, ...]:
    return guided.script(exercise(exercise_id), cycles, calibration)


def routine_script(
    exercise_ids: Iterable[str],
    cycles: int = 1,
    calibration: Calibration = STANDING,
    doses: Mapping[str, Dose] | None = None,
) -> tuple[Prompt, ...]:
    return guided.routine_script([exercise(each) for each in exercise_ids], cycles, calibration, doses)
