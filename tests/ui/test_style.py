"""The style in two parts, parsed once for all apps; the collector, which is off at the start."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from textual.css.model import RuleSet
from textual.screen import Screen

from medtui.account.login import LoginScreen
from medtui.ui.app_base import AppBase
from medtui.ui.style import Style

USUAL = {
    *("App", "Screen", "Static", "Label", "Vertical", "VerticalScroll", "Horizontal", "Input"),
    *("Field", "Button", "CooldownButton", "OptionList", "VimOptionList", "Footer", "Toast"),
}
"""Classes of widgets that the first screens have."""

FIRST_SCREENS = {"Screen", "WelcomeScreen", "OpeningScreen", "LoginScreen", "FormScreen"}


def names(rule: RuleSet) -> list[set[str]]:
    """Of each of a rule's selectors, all that a widget and those around it must be called."""
    return [{one.name for one in chain.selectors} for chain in rule.selector_set]


def whole(variables: dict[str, str]) -> tuple[list[RuleSet], list[RuleSet]]:
    """The rules of the first screens, and the others."""
    style = Style(variables=variables)
    first = list(style.rules)
    style.prepare(Screen[Any]())
    return first, style.rules[len(first) :]


def test_the_second_part_styles_nothing_of_the_first_screens() -> None:
    first, rest = whole(AppBase().get_css_variables())
    known = USUAL.union(*(chain for rule in first for chain in names(rule)))
    of_others = {name for name in known if name.endswith("Screen")} - {
        *("Screen", "WelcomeScreen", "OpeningScreen", "LoginScreen", "FormScreen")
    }
    assert [
        rule.selectors for rule in rest if any(c <= known - of_others for c in names(rule))
    ] == []


def test_what_was_parsed_serves_the_next_app_and_a_theme_that_comes_back() -> None:
    dark, light = AppBase("medtui-dark"), AppBase("medtui-light")
    rules = dark.style.rules
    assert rules[0] is AppBase("medtui-dark").style.rules[0]
    assert rules[0] is not light.style.rules[0]
    dark.style.set_variables(light.get_css_variables())
    dark.style.reparse()
    assert dark.style.rules[0] is light.style.rules[0]
    assert LoginScreen.IS_FIRST


def test_the_collector_waits_until_the_start_is_over() -> None:
    program = (
        "import gc; from medtui.ui import garbage; garbage.resume(); print(gc.get_freeze_count())\n"
        "garbage.pause(); print(gc.isenabled())\n"
        "garbage.resume(); print(gc.isenabled(), gc.get_freeze_count() > 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split() == ["0", "False", "True", "True"], done.stderr
