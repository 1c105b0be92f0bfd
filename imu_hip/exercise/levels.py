"""Turn the rules of an exercise into levels for one person: everything is relative to the personal end range."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from imu_hip.compiled import Records, compiled, records
from imu_hip.model.exercise_spec import Direction, ExitRule, HoldRule, Threshold

TIME_TOLERANCE_S = 1e-6
"""Time stamps are sums of floating-point steps: a span is over when this little is missing."""

Limits = Records
"""All numbers of `Levels` that the loops over rows need (1,)."""
_LIMITS = (
    "enter_rad", "leave_rad", "neutral_rad", "still_rad_s", "release_rad_s", "drop_rad", "climb_rad",
    "small_step_rad", "settle_s", "min_dwell_s", "grace_s", "release_s", "drop_window_s", "merge_s", "exit_s",
)  # fmt: skip
_UNGRADED_TIMEOUT_S = 12.0
"""How long a limb may take back to neutral where exits are not graded."""


@dataclass(frozen=True, slots=True)
class Levels:
    """Angles and speeds of one direction, + toward its end range; `exit_rule` is None where exits are not graded.

    `limits`: the same as one record.
    """

    direction: Direction
    end_range_rad: float
    enter_rad: float
    leave_rad: float
    neutral_rad: float
    still_rad_s: float
    release_rad_s: float
    drop_rad: float
    step_rad: float
    hold_rule: HoldRule
    exit_rule: ExitRule | None
    limits: Limits = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Gather the numbers."""
        rule = self.hold_rule
        numbers = (
            self.enter_rad, self.leave_rad, self.neutral_rad, self.still_rad_s, self.release_rad_s, self.drop_rad,
            larger(rule.climb, self.end_range_rad), larger(rule.small_step, self.end_range_rad), rule.settle_s,
            rule.min_dwell_s, rule.grace_s, rule.release_s, rule.drop_window_s, rule.merge_s, self.exit_s,
        )  # fmt: skip
        object.__setattr__(self, "limits", np.array([numbers], records([(name, np.float64) for name in _LIMITS])))

    @property
    def exit_s(self) -> float:
        """How long the way back may take."""
        return _UNGRADED_TIMEOUT_S if self.exit_rule is None else self.exit_rule.timeout_s


def levels(
    direction: Direction, end_range_rad: float, hold: HoldRule, exit_rule: ExitRule | None, held_rad: float = 0.0
) -> Levels:
    """Return the levels of a person whose end range in this direction is `end_range_rad`.

    `held_rad`: what has been held since. Where that is more, a hold starts by it: nobody holds beyond the end range,
    so the angle reads higher now than in the maximal repetitions.
    With an end range of less than 8° the floors would reach down into neutral: there no hold begins or goes on.
    """
    neutral_rad = hold.neutral_fraction * end_range_rad
    return Levels(
        direction=direction,
        end_range_rad=end_range_rad,
        enter_rad=max(neutral_rad, max(end_range_rad, held_rad) - larger(hold.enter, end_range_rad)),
        leave_rad=max(neutral_rad, end_range_rad - larger(hold.leave, end_range_rad)),
        neutral_rad=neutral_rad,
        still_rad_s=larger(hold.still, end_range_rad),
        release_rad_s=larger(hold.release, end_range_rad),
        drop_rad=larger(hold.drop, end_range_rad),
        step_rad=larger(hold.step, end_range_rad),
        hold_rule=hold,
        exit_rule=exit_rule,
    )


def larger(threshold: Threshold, end_range_rad: float) -> float:
    """Return the larger of the floor and the fraction of the end range."""
    return max(threshold.floor, threshold.fraction * end_range_rad)


@compiled
def lasted(since_s: float, t_s: float, span_s: float) -> bool:
    """Tell whether `span_s` has gone by between two time stamps."""
    return t_s - since_s >= span_s - TIME_TOLERANCE_S
