"""Letters beside the curve never touch."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imu_hip.report.marks import rows_without_overlap

EXTENTS = st.lists(
    st.tuples(st.floats(0.0, 700.0), st.floats(1.0, 60.0)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=40
).map(sorted)


@given(EXTENTS, st.integers(1, 4))
def test_no_two_of_a_row_overlap_and_none_is_left_out_while_there_is_room(
    extents: list[tuple[float, float]], most: int
) -> None:
    rows = rows_without_overlap(extents, most)
    for k, (left, _) in enumerate(extents):
        before = [j for j in range(k) if rows[j] is not None and extents[j][1] > left]
        taken = {rows[j] for j in before}
        assert rows[k] not in taken or rows[k] is None
        assert (rows[k] is None) == (len(taken) == most)
