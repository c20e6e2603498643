"""What is said about mark sheets in a room: anybody there may say anything."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from medtui.data.sheet_messages import LARGEST, Letter, Receipt
from medtui.store.outbox import DeliveryState

SHEET = UUID(int=1)
LETTER = {"sheet": str(SHEET), "revision": 3, "content": "{}"}
RECEIPT = {
    "sheet": str(SHEET),
    "revision": 3,
    "where": "with host",
    "reason": "Wait.\x1b" + "x" * 300,
    "is_in_the_way": False,
}


def test_a_sheet_and_an_answer_are_understood() -> None:
    assert Letter.of(LETTER) == Letter(SHEET, 3, "{}")
    receipt = Receipt.of(RECEIPT | {"more": "of a later version"})
    reason = ("Wait." + "x" * 300)[:200]
    assert receipt == Receipt(SHEET, 3, DeliveryState.WITH_HOST, reason, False)


NO_SHEET: list[Any] = [None, [], 3, "x", {}, {"sheet": str(SHEET)}]


@pytest.mark.parametrize("payload", NO_SHEET)
def test_what_is_no_message_raises_value_error(payload: Any) -> None:
    for kind in (Letter, Receipt):
        with pytest.raises(ValueError, match="validation error"):
            kind.of(payload)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        *((kind, {"revision": wrong}) for kind in (Letter, Receipt) for wrong in (-1, True, 2**53)),
        *((kind, {"revision": "3"}) for kind in (Letter, Receipt)),
        *((kind, {"sheet": wrong}) for kind in (Letter, Receipt) for wrong in ("x", 3, None)),
        (Letter, {"content": None}),
        (Letter, {"content": "x" * (LARGEST + 1)}),
        (Letter, {"content": "\ud800"}),
        (Receipt, {"where": "elsewhere"}),
        (Receipt, {"reason": 3}),
    ],
)
def test_a_message_with_a_wrong_value_raises_value_error(kind: Any, change: Any) -> None:
    good = LETTER if kind is Letter else RECEIPT
    with pytest.raises(ValueError, match=r"validation error|surrogates"):
        kind.of(good | change)
