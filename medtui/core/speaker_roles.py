"""What a transcript's speakers are called in what a model is sent: roles, never names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from medtui.core.agenda import fold
from medtui.core.person_names import RoleNames

CANDIDATE = "CANDIDATE"
ACTOR = "ACTOR"

_ROLES = {
    "doctor", "patient", "candidate", "actor", "examiner", "clinician", "nurse", "relative",
    "assessor", "interviewer", "parent", "mother", "father", "wife", "husband", "partner",
    "student", "pharmacist", "physician", "surgeon", "consultant", "simulator", "arzt",
    "medecin", "medico", "paciente"
}  # fmt: skip
"""Labels that say what a speaker is: they tell the model more than a number does."""
_GENERIC = re.compile(
    r"(?:speaker|spk|spkr|channel|ch|voice|user|guest|host|participant|person|unknown|agent|"
    r"customer|caller|s|track|left|right|sprecher|sprecherin|teilnehmer|locuteur|hablante|orador)"
    r"[\W_]*(?:\d+|[a-z])?",
    re.I,
)


def is_name(label: str) -> bool:
    """Whether a label may be a person's name, rather than a role or a number."""
    plain = fold(label).strip()
    has_letters = len([char for char in plain if char.isalpha()]) > 1
    return has_letters and plain not in _ROLES and not _GENERIC.fullmatch(plain)


def speaker_roles(
    labels: Iterable[str], named: Mapping[str, str], people: Mapping[str, str]
) -> tuple[dict[str, str], RoleNames]:
    """The role of each label, and what takes the names out of what is said.

    `named`: who the user said that a label is; `people`: the role of each person of the session,
    by name. All of these names, and labels that are names, are taken out.
    """
    roles: dict[str, str] = {}
    names = dict(people)
    for number, label in enumerate(labels, 1):
        called = named.get(label, label)
        role = _role_of(called, people) or _role_of(label, people)
        if role is None:
            plain = fold(called).strip()
            role = plain.upper() if plain in _ROLES else f"SPEAKER {number}"
        roles[label] = role
        for name in (called, label):
            if is_name(name):
                names.setdefault(name, role)
    return roles, RoleNames(names)


def _role_of(label: str, people: Mapping[str, str]) -> str | None:
    """The role of the one person whom a label names, by the whole name or a part of it."""
    words = set(fold(label).split())
    if not words:
        return None
    found = {role for name, role in people.items() if words <= set(fold(name).split())}
    return found.pop() if len(found) == 1 else None
