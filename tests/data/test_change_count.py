"""The count of numbered changes: which are missing, in whatever order they come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from medtui.data.change_count import ChangeCount


def test_a_gap_is_known_until_it_is_closed_or_settled() -> None:
    count = ChangeCount()
    count.settle(7)
    assert count.has_all(7)
    count.came(9)
    assert count.has_gap
    assert not count.has_all(9)
    count.came(8)
    assert not count.has_gap
    assert count.has_all(9)
    count.came(12)
    count.settle(11)
    assert count.has_all(12)


@given(st.integers(0, 20), st.permutations(range(1, 21)), st.sets(st.integers(1, 20)))
def test_it_has_all_exactly_if_none_is_missing(
    settled: int, order: list[int], lost: set[int]
) -> None:
    count = ChangeCount()
    for number in order[:10]:
        if number not in lost:
            count.came(number)
    count.settle(settled)
    for number in [*order[10:], *order[:10]]:
        if number not in lost:
            count.came(number)
    missing = {number for number in lost if number > settled}
    for upto in range(settled, 21):
        assert count.has_all(upto) is (not any(number <= upto for number in missing))
    last = max(set(range(1, 21)) - lost, default=0)
    assert count.has_gap is any(number < last for number in missing)
