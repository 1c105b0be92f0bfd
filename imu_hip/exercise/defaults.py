"""The numbers that hold where an exercise file does not say otherwise, and the ends of what makes sense.

Keys are those of the exercise file: degrees, degrees per second, seconds, and fractions of the personal end range.
"""

from __future__ import annotations

from typing import NamedTuple


class Number(NamedTuple):
    """A number: its default, and the lowest and highest that are accepted."""

    default: float
    lowest: float
    highest: float


class Pair(NamedTuple):
    """A floor and a fraction of the end range, the larger of which applies, and the highest floor that is accepted."""

    floor: float
    fraction: float
    highest_floor: float


HOLD_PAIRS = {
    # Depth below the end range from which on a hold can start, and at which it is over.
    "enter_deg": Pair(4.0, 0.20, 30.0),
    "leave_deg": Pair(6.0, 0.35, 45.0),
    # Still enough to start; so fast toward neutral that it is over.
    "still_deg_per_s": Pair(5.0, 0.25, 60.0),
    "release_deg_per_s": Pair(10.0, 0.6, 200.0),
    # It is over, too, this far below its highest angle of the last `drop_window_s`.
    "drop_deg": Pair(2.5, 0.15, 30.0),
    # How far below the level of a hold the next one may be, before the limb has been in neutral.
    "step_deg": Pair(2.0, 0.12, 30.0),
    # Where a block is expected: a smaller step down than a drop, between two level stretches, is its beginning.
    "small_step_deg": Pair(1.5, 0.05, 30.0),
    # After it, a limb that is to hold again must have climbed this far, or half of what it gave up.
    "climb_deg": Pair(1.5, 0.06, 30.0),
    # Two holds this far beyond the end range raise it.
    "grow_deg": Pair(3.0, 0.10, 30.0),
}
HOLD_NUMBERS = {
    # Above enter and still for this long: a hold has started.
    "settle_s": Number(0.30, 0.0, 2.0),
    # Shorter is a touch; shorter than a breath is a short hold.
    "min_dwell_s": Number(2.0, 0.1, 60.0),
    "breath_s": Number(8.0, 0.1, 600.0),
    # Below leave, or without data, for this long: it is over. Returning fast: for this long.
    "grace_s": Number(0.40, 0.05, 2.0),
    "release_s": Number(0.12, 0.0, 2.0),
    "drop_window_s": Number(1.5, 0.1, 10.0),
    # Within this long it can be taken up again; its end is dated back by at most this.
    "merge_s": Number(0.8, 0.0, 5.0),
    "back_date_s": Number(1.2, 0.0, 5.0),
    # Of the end range: below, the limb is back in neutral.
    "neutral_fraction": Number(0.25, 0.01, 0.5),
    # A smaller end range is not judged.
    "smallest_end_range_deg": Number(4.0, 1.0, 45.0),
}
EXIT_NUMBERS = {
    # A controlled exit: highest peak speed in end ranges per second, and shortest duration.
    "controlled_per_s": Number(1.5, 0.1, 20.0),
    "controlled_s": Number(0.6, 0.0, 10.0),
    # A flop: a peak speed above, or a duration below.
    "flop_per_s": Number(2.5, 0.1, 20.0),
    "flop_s": Number(0.35, 0.0, 10.0),
    # Not back in neutral after this long: no verdict.
    "timeout_s": Number(12.0, 1.0, 120.0),
}
BLOCK_NUMBERS = {
    # Between these shares of the end range ...
    "lowest": Number(0.4, 0.0, 1.0),
    "highest": Number(0.95, 0.1, 2.0),
    # ... slower than this, within this range, for this long.
    "still_deg_per_s": Number(4.0, 0.1, 60.0),
    "range_deg": Number(3.0, 0.1, 30.0),
    "min_s": Number(4.0, 0.5, 120.0),
}

# Halfway between 2°, which never counts, and 8°, which always does.
COMPENSATION_LIMIT_DEG = Number(5.0, 2.0, 45.0)
COMPENSATION_PAIRS = {
    # Less rotation than this in a repetition that was asked for: the thigh did not rotate.
    "least_deg": Pair(5.0, 0.33, 30.0),
    # More rotation than this the other way: the wrong direction.
    "other_way_deg": Pair(6.0, 0.30, 30.0),
}
# Share of the rotation half-way down that must be left half-way up.
ROTATION_KEPT = Number(0.5, 0.1, 1.0)

GUIDE_NUMBERS = {
    # A maximal repetition: its mark; when the person is told to come back; the rest after it.
    "whole_s": Number(5.0, 2.0, 60.0),
    "let_go_s": Number(3.25, 1.0, 60.0),
    "neutral_s": Number(2.25, 1.0, 60.0),
}
LINE_S = Number(3.0, 0.5, 600.0)
ROUNDS = Number(1.0, 1.0, 50.0)
SETS = Number(1.0, 1.0, 20.0)
SET_REST_S = Number(30.0, 5.0, 600.0)
