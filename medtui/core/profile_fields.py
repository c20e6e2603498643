"""The fields of a profile: one table for what is read, and what the database refuses."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TWO_NAMES = re.compile(r"([^\W\d_]{2,})[._]([^\W\d_]{2,})\d*@")


def names_in(email: str) -> tuple[str, str]:
    """First and last name as in "amara.okafor@…"; empty where it is not plainly two names."""
    found = _TWO_NAMES.match(email)
    return (found[1].capitalize(), found[2].capitalize()) if found else ("", "")


_NAME = "The server accepts names of 1 to 100 characters in one line: change this one."


@dataclass(frozen=True)
class ProfileField:
    """One column of `profiles`, which has the same name in Profile.

    Attributes:
        is_shared: whether shared screens and the history read it, not the board alone.
        refused: a sentence for a value that the database does not take; "": the general one.
    """

    column: str
    is_shared: bool = True
    refused: str = ""


PROFILE_FIELDS = (
    ProfileField("user_id"),
    ProfileField("first_name", refused=_NAME),
    ProfileField("last_name", refused=_NAME),
    ProfileField(
        "training_level",
        refused="The server accepts levels of 1 to 100 characters in one line: change it.",
    ),
    ProfileField(
        "avatar",
        is_shared=False,
        refused="The server accepts an https link to a picture, or a few characters: enter either.",
    ),
)

PROFILE_COLUMNS = tuple(field.column for field in PROFILE_FIELDS)
SHARED_PROFILE_COLUMNS = tuple(field.column for field in PROFILE_FIELDS if field.is_shared)
