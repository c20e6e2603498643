"""The sample people. All invented; all have the same password, which is no secret."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from uuid import UUID

from medtui.local import LocalError

PASSWORD = "practice makes better"  # noqa: S105  # of accounts that exist in demos only


@dataclass(frozen=True)
class SamplePerson:
    """A person on the sample board."""

    id: UUID
    first_name: str
    last_name: str
    training_level: str
    email: str
    avatar: str | None = None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


def _person(number: int, first: str, last: str, level: str, **more: str) -> SamplePerson:
    address = more.pop("address", f"{first}.{last}".lower())
    id_ = UUID(f"5a3b1e00-0000-4000-8000-{number:012}")
    return SamplePerson(id_, first, last, level, f"{address}@example.org", more.get("avatar"))


PEOPLE = (
    _person(1, "Amara", "Okafor", "st1-applicant"),
    _person(2, "Daniel", "Reyes", "st2"),
    _person(3, "芽衣", "田中", "foundation", address="mei.tanaka"),
    _person(4, "Priya", "Nair", "st3", avatar="👩🏽‍⚕️"),
    _person(5, "Tom", "Ellery", "st1"),
    _person(6, "Zoë", "Järvinen-Šimić", "medical-student", address="zoe.jarvinen"),
    _person(7, "Samuel", "Oduya", "foundation"),
    _person(8, "Lena", "Vogt", "st4-and-above"),
    _person(9, "Maximiliana Theodora", "Featherstonehaugh-Montgomery-Cholmondeley",
            "st1-applicant", address="max.featherstonehaugh"),
    _person(10, "Idris", "Hallam", "medical-student"),
)  # fmt: skip


def find(name: str | None) -> SamplePerson:
    """The person of this first, last or full name; None: the first of all. Raises LocalError."""
    if name is None:
        return PEOPLE[0]
    wanted = _folded(name)
    for person in PEOPLE:
        local_part = person.email.partition("@")[0]
        names = (person.name, person.first_name, person.last_name, local_part, person.email)
        if wanted in map(_folded, names) or wanted in _folded(local_part).split("."):
            return person
    choices = ", ".join(person.first_name for person in PEOPLE)
    raise LocalError(f"There is no sample person called {name}: choose one of {choices}.")


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
