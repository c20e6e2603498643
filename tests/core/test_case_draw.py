"""Drawing the case that a candidate needs most: which it is, and the sentence that says why."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medtui.core.case_draw import CaseDraw, CaseUse, Past, groups, kind_of, possible
from medtui.core.models import CaseSummary, Role

ME, PARTNER, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
NOW = datetime(2026, 11, 30, 18, 0, tzinfo=UTC)
AUGUST = datetime(2026, 8, 3, 18, 0, tzinfo=UTC)


def case(number: int, category: str = "Red eye", domain: str = "history") -> CaseSummary:
    return CaseSummary(id=UUID(int=100 + number), category=category, domain=domain)


def sat(of: CaseSummary, by: UUID = ME, at: datetime | None = AUGUST) -> CaseUse:
    return CaseUse(by, of.id, Role.CANDIDATE, at)


def acted(of: CaseSummary, by: UUID = ME, at: datetime | None = AUGUST) -> CaseUse:
    return CaseUse(by, of.id, Role.ACTOR, at)


CATALOGUE = tuple(
    case(number, category, domain)
    for number, (category, domain) in enumerate(
        [("Red eye", "history"), ("Red eye", "consent"), ("Lids", "history"), ("Lids", "")] * 3
    )
)
uses = st.lists(
    st.builds(
        CaseUse,
        st.sampled_from([ME, PARTNER, OTHER]),
        st.sampled_from([c.id for c in CATALOGUE] + [UUID(int=999)]),
        st.sampled_from([*Role, None]),
        st.none()
        | st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    ),
    max_size=30,
)
barred = st.sets(st.sampled_from([c.id for c in CATALOGUE]))
partners = st.sampled_from([PARTNER, None])


@given(uses, barred, partners, st.integers())
def test_what_is_drawn_is_neither_barred_nor_known_while_another_case_is_left(
    done: list[CaseUse], barred: set[UUID], partner: UUID | None, seed: int
) -> None:
    draws = CaseDraw(CATALOGUE, Past(done), ME, partner)
    left = possible(CATALOGUE, barred)
    drawn = draws.draw(left, random.Random(seed))
    assert (drawn is None) == (not left)
    if drawn is None:
        return
    assert drawn.id not in barred
    known = {use.case_id for use in done if use.person in (ME, partner)}
    if any(one.id not in known for one in left):
        assert drawn.id not in known
        # Of the new ones, what the candidate has sat least often.
        often = Counter(
            kind_of(one)
            for use in done
            for one in CATALOGUE
            if use.case_id == one.id and (use.person, use.role) == (ME, Role.CANDIDATE)
        )
        new = [often[kind_of(one)] for one in left if one.id not in known]
        assert often[kind_of(drawn)] == min(new)
    mine = {use.case_id for use in done if use.person == ME}
    if any(one.id not in mine for one in left):
        assert drawn.id not in mine, "what the partner alone knows comes before"
    assert drawn == draws.draw(left, random.Random(seed)), "the same dice, the same case"


@settings(max_examples=10)
@given(uses, partners)
def test_equal_cases_are_drawn_evenly(done: list[CaseUse], partner: UUID | None) -> None:
    draws = CaseDraw(CATALOGUE, Past(done), ME, partner)
    best = draws.best(CATALOGUE)
    dice = random.Random(1)
    rolled = Counter(draws.draw(CATALOGUE, dice) for _ in range(200 * len(best)))
    assert rolled.keys() == set(best)
    # Seven standard deviations of a count of about 200.
    assert all(100 < count < 300 for count in rolled.values())


@given(uses, barred, partners, st.booleans())
def test_the_reason_is_the_same_for_all_cases_of_a_category_and_domain(
    done: list[CaseUse], barred: set[UUID], partner: UUID | None, is_mine: bool
) -> None:
    """A candidate who reads it learns no more than that."""
    draws = CaseDraw(CATALOGUE, Past(done), ME, partner)
    left = possible(CATALOGUE, barred)
    me = ME if is_mine else OTHER
    for group in groups(left):
        said = {draws.reason(one, left, me, "Mei Tanaka", NOW) for one in group.cases}
        assert len(said) == 1
        [sentence] = said
        assert sentence.endswith(".")
        assert sentence.count(".") == 1
        assert " · ".join(filter(None, (group.category, group.domain))) in sentence
        assert not any(str(one.id) in sentence for one in CATALOGUE)


EYE, EYE_2, LID, LID_2 = case(1), case(2), case(3, "Lids"), case(4, "Lids")
TODAY = NOW - timedelta(hours=2)


@pytest.mark.parametrize(
    ("done", "partner", "mine", "theirs"),
    [
        ([], PARTNER, *["Neither of you has done Red eye · history yet."] * 2),
        (
            [], None, "You have not done Red eye · history yet.",
            "Mei Tanaka has not done Red eye · history yet.",
        ),
        (
            [acted(EYE_2, by=PARTNER)], PARTNER,
            *["Neither of you has done Red eye · history since August."] * 2,
        ),
        (
            [acted(EYE_2, at=AUGUST - timedelta(days=365))], PARTNER,
            *["Neither of you has done Red eye · history since August 2025."] * 2,
        ),
        (
            [acted(EYE_2, at=TODAY)], PARTNER,
            "You have not been the candidate in Red eye · history yet.",
            "Mei Tanaka has not been the candidate in Red eye · history yet.",
        ),
        (
            [sat(EYE_2, at=TODAY), sat(LID), sat(LID)], PARTNER,
            "You have been the candidate in Red eye · history less often than in others.",
            "Mei Tanaka has been the candidate in Red eye · history less often than in others.",
        ),
        (
            [sat(EYE_2, at=None)], PARTNER,
            *["Neither of you has done this case of Red eye · history."] * 2,
        ),
        (
            [sat(EYE), acted(EYE_2, by=PARTNER), sat(LID), sat(LID_2)], PARTNER,
            *["One of you did every case that is left before: this one is Red eye · history."] * 2,
        ),
        (
            [sat(EYE), sat(EYE_2), sat(LID), sat(LID_2)], None,
            "You did every case that is left before: this one is Red eye · history.",
            "Mei Tanaka did every case that is left before: this one is Red eye · history.",
        ),
    ],
)  # fmt: skip
def test_the_reason_is_one_true_sentence(
    done: list[CaseUse], partner: UUID | None, mine: str, theirs: str
) -> None:
    cases = [EYE, EYE_2, LID, LID_2]
    draws = CaseDraw(cases, Past(done), ME, partner)
    assert draws.reason(EYE, cases, ME, "", NOW) == mine
    assert draws.reason(EYE, cases, PARTNER, "Mei Tanaka", NOW) == theirs


def test_a_month_is_the_readers() -> None:
    """The last evening of October in London is a morning of November in Auckland."""
    last = datetime(2026, 10, 31, 20, 0, tzinfo=UTC)
    draws = CaseDraw([EYE, EYE_2], Past([acted(EYE_2, at=last)]), ME, PARTNER)
    auckland = timezone(timedelta(hours=13))
    now = NOW - timedelta(days=5)
    said = [draws.reason(EYE, [EYE], ME, "", now.astimezone(zone)) for zone in (UTC, auckland)]
    assert said == [
        "Neither of you has done Red eye · history since October.",
        "You have not been the candidate in Red eye · history yet.",
    ]
