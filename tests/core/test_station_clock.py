"""The station clock: everybody who knows the same has the same digits."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from medtui.core.presets import PRESETS, Phase, Preset, find, minutes
from medtui.core.room_shared import Shared, from_json
from medtui.core.station_clock import UNTOUCHED, Adjustments, add, pause, read, signal

SINCE = datetime(2030, 11, 26, 18, 0, tzinfo=UTC)
PLAB = find("plab2", PRESETS) or PRESETS[0]


def at(seconds: float) -> datetime:
    return SINCE + timedelta(seconds=seconds)


def digits(seconds: float, adjustments: Adjustments = UNTOUCHED) -> tuple[str, str]:
    reading = read(SINCE, PLAB, adjustments, at(seconds))
    return reading.phase.name, minutes(reading.seconds)


def test_phases_follow_each_other_and_then_it_is_over() -> None:
    assert digits(0) == ("Reading", "1:30")
    assert digits(0.1) == ("Reading", "1:30")
    assert digits(89.5) == ("Reading", "0:01")
    assert digits(90) == ("Station", "8:00")
    assert digits(90 + 480) == ("Station", "0:00")
    assert read(SINCE, PLAB, Adjustments(), at(90 + 480 + 42)).is_over
    assert digits(90 + 480 + 42) == ("Station", "0:42")


def test_a_clock_that_is_early_waits_at_the_start() -> None:
    assert digits(-3) == ("Reading", "1:30")


def test_a_pause_stops_the_digits_and_costs_no_time() -> None:
    paused = pause(SINCE, Adjustments(), at(30))
    assert digits(30, paused) == digits(500, paused) == ("Reading", "1:00")
    on = pause(SINCE, paused, at(500))
    assert digits(500, on) == ("Reading", "1:00")
    assert digits(510, on) == ("Reading", "0:50")


def test_a_minute_more_and_a_minute_less_are_of_the_present_phase() -> None:
    longer = add(SINCE, PLAB, Adjustments(), at(80), 60)
    assert digits(80, longer) == ("Reading", "1:10")
    assert digits(150, longer) == ("Station", "8:00")
    shorter = add(SINCE, PLAB, longer, at(160), -60)
    assert digits(160, shorter) == ("Station", "6:50")


def test_a_minute_less_than_is_left_ends_the_phase() -> None:
    shorter = add(SINCE, PLAB, Adjustments(), at(50.25), -60)
    assert digits(51.3, shorter) == ("Station", "8:00")
    assert signal(SINCE, PLAB, shorter, at(50.2), at(51.3)).words == "Station begins."  # type: ignore[union-attr]


def test_after_the_end_a_minute_more_begins_now() -> None:
    more = add(SINCE, PLAB, Adjustments(), at(90 + 480 + 200), 60)
    assert digits(90 + 480 + 200, more) == ("Station", "1:00")
    assert add(SINCE, PLAB, Adjustments(), at(1000), -60).added == (0, 0)


def test_what_was_done_to_another_station_does_not_count() -> None:
    old = pause(at(-3600), Adjustments(), at(-3500))
    assert digits(10, old) == ("Reading", "1:20")


def test_the_bell_rings_at_each_phase_at_two_minutes_at_one_and_at_the_end() -> None:
    rung = [
        (second, told.words)
        for second in range(700)
        if (told := signal(SINCE, PLAB, Adjustments(), at(second - 1), at(second)))
    ]
    assert rung == [
        (0, "Reading begins."),
        (90, "Station begins."),
        (90 + 360, "2 minutes left."),
        (90 + 420, "One minute left."),
        (90 + 480, "Time is up."),
    ]


def test_after_an_absence_only_the_last_bell_rings() -> None:
    told = signal(SINCE, PLAB, Adjustments(), at(10), at(460))
    assert told is not None
    assert told.words == "2 minutes left."


# For any presses of any two people --------------------------------------------------------------

phases = st.builds(
    Phase,
    name=st.sampled_from(["Reading", "Station", "Feedback"]),
    seconds=st.integers(1, 900),
    bell=st.integers(0, 3),
    warnings=st.just((120, 60)),
)
presets = st.builds(
    Preset, id=st.just("x"), name=st.just("X"), phases=st.lists(phases, min_size=1, max_size=4)
).map(lambda preset: Preset(preset.id, preset.name, tuple(preset.phases)))
presses = st.lists(st.tuples(st.floats(0, 300), st.sampled_from(["space", "+", "-"])), max_size=12)


def press(preset: Preset, adjustments: Adjustments, key: str, now: datetime) -> Adjustments:
    if key == "space":
        return pause(SINCE, adjustments, now)
    return add(SINCE, preset, adjustments, now, 60 if key == "+" else -60)


@given(presets, presses, st.floats(0, 3000))
def test_the_clock_never_goes_back_but_by_a_key(
    preset: Preset, keys: list[tuple[float, str]], later: float
) -> None:
    now, adjustments = 0.0, Adjustments()
    for after, key in keys:
        now += after
        adjustments = press(preset, adjustments, key, at(now))
    first = read(SINCE, preset, adjustments, at(now))
    second = read(SINCE, preset, adjustments, at(now + later))
    assert second.number >= first.number
    if second.number == first.number:
        assert second.left <= first.left
        if first.is_paused:
            assert second.left == first.left
        else:
            assert abs(first.left - second.left - later) < 1e-6
    assert 0 <= second.gone <= 1


@given(presets, presses)
def test_each_signal_is_told_once_however_often_one_looks(
    preset: Preset, keys: list[tuple[float, str]]
) -> None:
    now, adjustments = 0.0, Adjustments()
    for after, key in keys:
        now += after
        adjustments = press(preset, adjustments, key, at(now))
    if adjustments.paused_at is not None:
        adjustments = pause(SINCE, adjustments, at(now))
    looks = [now + n * 0.7 for n in range(60)]
    told = [
        signal(SINCE, preset, adjustments, at(before), at(after))
        for before, after in itertools.pairwise(looks)
    ]
    begins = [t.words for t in told if t and t.words == "Time is up."]
    assert len(begins) <= 1


@given(presets, presses, st.lists(st.booleans(), min_size=12, max_size=12))
def test_a_copy_survives_the_wire(
    preset: Preset, keys: list[tuple[float, str]], hosts: list[bool]
) -> None:
    shared = Shared(preset=preset).showing(UUID(int=1))
    now = 0.0
    for (after, key), by_host in zip(keys, hosts, strict=False):
        now += after
        pressed = press(preset, shared.adjustments, key, at(now))
        shared = shared.written(by_host=by_host, adjustments=pressed)
    arrived = from_json(json.loads(json.dumps(shared.as_json())))
    assert arrived == shared


copies = st.builds(
    Shared,
    preset=st.sampled_from(PRESETS[:3]),
    adjustments=st.builds(
        Adjustments, station=st.just(SINCE), added=st.lists(st.integers(-60, 60)).map(tuple)
    ),
    shown=st.frozensets(st.uuids(), max_size=2),
    host_writes=st.integers(0, 3),
    guest_writes=st.integers(0, 3),
)


def same(one: Shared, other: Shared) -> bool:
    return one.as_json() == other.as_json()


@given(copies, copies, copies)
def test_copies_become_the_same_in_whatever_order_they_arrive(
    a: Shared, b: Shared, c: Shared
) -> None:
    assert same(a.merged(b), b.merged(a))
    assert same(a.merged(b).merged(c), a.merged(b.merged(c)))
    assert same(a.merged(a), a)
    assert same(a.merged(b).merged(b), a.merged(b))


@given(copies, st.integers(1, 5))
def test_where_both_press_at_once_the_hosts_wins(before: Shared, guest_presses: int) -> None:
    host = before.written(by_host=True, preset=PRESETS[5])
    guest = before
    for _ in range(guest_presses):
        guest = guest.written(by_host=False, adjustments=Adjustments(station=SINCE, added=(60,)))
    assert same(host.merged(guest), host)
    seen = guest.merged(host).written(by_host=False, adjustments=Adjustments(station=SINCE))
    assert same(host.merged(seen), seen), "what the guest does after that counts again"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["preset", "phases", "added", "writes", "shown", "paused"]), inner
            )
        ),
        max_leaves=15,
    )
)
def test_what_is_no_copy_is_none_and_raises_nothing(value: object) -> None:
    assert from_json(value) is None


def test_a_copy_of_lies_is_none() -> None:
    good = Shared().as_json()
    assert from_json(good) == Shared()
    for lie in (
        {"writes": [2**40, 0]},
        {"writes": [True, 0]},
        {"added": [10**9]},
        {"paused": float("nan")},
        {"paused": -1},
        {"paused_at": "yesterday"},
        {"shown": ["x"]},
        {"preset": {"id": "x", "name": "x", "phases": []}},
        {"preset": {"id": "x", "name": 3, "phases": good["preset"]["phases"]}},
    ):
        assert from_json({**good, **lie}) is None
