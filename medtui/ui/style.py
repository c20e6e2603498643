"""The style of all screens: `screens.css`, of which the first screens need only the beginning.

To parse it takes as long as to import a third of the app. So it comes in two parts, the second with
the first screen that needs it, and what was parsed once serves all apps of this process.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from textual.cache import LRUCache
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation
from textual.screen import Screen

HERE = Path(__file__).parent.parent

FIRST_ENDS = "/* The first screens end here "
"""The comment in `screens.css` behind what the screens need that say `IS_FIRST`."""

_parsed: LRUCache[tuple[object, ...], list[RuleSet]] = LRUCache(1024)
"""The rules of each text that was parsed, by its variables and what else they depend on."""


def stylesheet() -> Path:
    """screens.css: beside the package in a checkout, inside it in a wheel."""
    inside = HERE / "screens.css"
    return inside if inside.exists() else HERE.parent / "screens.css"


@cache
def _parts() -> tuple[str, str]:
    """What the first screens need, and the rest; each with the variables that it uses."""
    text = stylesheet().read_text(encoding="utf-8")
    first, _, rest = text.partition(FIRST_ENDS)
    variables = [line for line in first.splitlines() if line.startswith("$")]
    return first, "\n".join(variables) + "\n" + FIRST_ENDS + rest


class Style(Stylesheet):
    """The stylesheet of an app, made of `screens.css`. `variables`: those of its theme."""

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._key = self._key_of(variables or {})
        self.add_source(_parts()[0], (str(stylesheet()), "first"))

    def prepare(self, screen: Screen[Any]) -> None:
        """Add what a screen needs that is about to be shown; one with `IS_FIRST` needs no more."""
        if not getattr(screen, "IS_FIRST", False):
            self.add_source(_parts()[1], (str(stylesheet()), "rest"))

    def set_variables(self, variables: dict[str, str]) -> None:
        super().set_variables(variables)
        self._key = self._key_of(variables)

    def reparse(self) -> None:
        """As Textual's, with what was parsed before; a fault in it leaves the rules as they are."""
        self.parse()

    @staticmethod
    def _key_of(variables: dict[str, str]) -> frozenset[tuple[str, str]]:
        return frozenset(variables.items())

    def _parse_rules(
        self,
        css: str,
        read_from: CSSLocation,
        is_default_rules: bool = False,
        tie_breaker: int = 0,
        scope: str = "",
    ) -> list[RuleSet]:
        key = (self._key, css, read_from, is_default_rules, tie_breaker, scope)
        if (rules := _parsed.get(key)) is None:
            rules = super()._parse_rules(css, read_from, is_default_rules, tie_breaker, scope)
            _parsed[key] = rules
        return rules
