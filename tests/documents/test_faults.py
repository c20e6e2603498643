"""Kinds of files that were read wrongly: each arrives at what is right, in three forms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.documents.fault_assessments import ASSESSMENTS
from tests.documents.fault_talks import TALKS
from tests.documents.faults import check

SAMPLES = Path(__file__).parent / "samples" / "faults"
VARIANTS = {**TALKS, **ASSESSMENTS}
EXPECTED: dict[str, dict[str, Any]] = json.loads((SAMPLES / "_expected.json").read_text())


def test_every_sample_has_what_it_must_be_and_two_variants() -> None:
    names = {path.name for path in SAMPLES.iterdir() if path.name[0] != "_"}
    assert names == set(EXPECTED)
    assert {name: len(VARIANTS.get(name, ())) for name in names} == dict.fromkeys(names, 2)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_is_read_as_what_it_is(name: str) -> None:
    check((SAMPLES / name).read_bytes(), EXPECTED[name])


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("name", VARIANTS)
def test_another_file_of_its_kind_is_too(name: str, number: int) -> None:
    content, wanted = VARIANTS[name][number]
    data = content if isinstance(content, str) else json.dumps(content)
    check(data.encode(), wanted)
