"""Presets: the real exams' timings, one's own from a file, and where that file is wrong."""

from __future__ import annotations

import pytest

from medtui.core.presets import PRESETS, Phase, circuit, find, round_of
from medtui.core.user_presets import BadPreset, parse

VIVA = """
# Two of ours.
[viva]
name = "Viva practice"
rounds = 4
rest = "1:00"

[[viva.phases]]
name = "Reading"
length = "1:30"

[[viva.phases]]
name = "Viva"
length = 600
bell = 2
warnings = ["5:00", 60]
brief = false

[short]
phases = [{name = "Talk", length = "3:00"}]
"""


def test_every_preset_has_an_id_and_a_name_of_its_own() -> None:
    assert len({preset.id for preset in PRESETS}) == len(PRESETS)
    assert len({preset.name for preset in PRESETS}) == len(PRESETS)


def test_the_exams_last_as_long_as_they_do() -> None:
    lengths = {preset.id: [phase.seconds for phase in preset.phases] for preset in PRESETS}
    assert lengths["platform"] == [480]
    assert lengths["plab2"] == [90, 480]
    assert lengths["paces-consultation"] == [900, 300]
    assert lengths["sca"] == [180, 720]
    assert lengths["casc-1"] == [240, 420]
    assert lengths["nac"] == [480, 180]
    assert [find(id_, PRESETS).rounds for id_ in ("plab2", "sca")] == [16, 12]  # type: ignore[union-attr]


def test_a_preset_is_found_by_id_or_name_in_any_case() -> None:
    assert find("PLAB 2", PRESETS) is find("plab2", PRESETS)
    assert find("nothing", PRESETS) is None


def test_ones_own_preset_comes_before_a_built_in_one_of_the_same_name() -> None:
    (own,) = parse('[plab2]\nphases = [{name = "A", length = 60}]\n', "presets.toml")
    assert find("plab2", (*PRESETS, own)) is own


def test_ones_own_presets_are_what_the_file_says() -> None:
    viva, short = parse(VIVA, "presets.toml")
    assert (viva.id, viva.name, viva.rounds, viva.rest) == ("viva", "Viva practice", 4, 60)
    assert viva.phases == (
        Phase("Reading", 90),
        Phase("Viva", 600, bell=2, warnings=(300, 60), brief=False),
    )
    assert short.name == "short"
    assert short.phases[0].warnings == (120, 60), "the last phase has the usual warnings"


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ('length = "1:30"', 'length = "soon"', 10, "a time such as"),
        ('length = "1:30"', "lenght = 90", 10, "“lenght” is not known here"),
        ("length = 600", "", 12, "this phase has no length"),
        ("bell = 2", "bell = 7", 15, "bell should be a whole number from 0 to 3"),
        ('warnings = ["5:00", 60]', "warnings = [600]", 16, "before the phase begins"),
        ("brief = false", 'brief = "no"', 17, "brief should be true or false"),
        ("rounds = 4", "rounds = 0", 5, "rounds should be"),
        ('name = "Viva practice"', 'name = ""', 4, "name should be a text"),
        ('phases = [{name = "Talk", length = "3:00"}]', "phases = []", 19, "has no phases"),
        ('"3:00"', '"99:99"', 20, "a time such as"),
        ("[short]", "[short", 19, "not TOML"),
        ("[short]", "colour = 3\n[short]", 19, "“colour” is not known here"),
    ],
)
def test_a_mistake_is_named_by_file_and_line(
    before: str, after: str, line: int, words: str
) -> None:
    assert before in VIVA
    with pytest.raises(BadPreset) as refusal:
        parse(VIVA.replace(before, after, 1), "presets.toml")
    assert str(refusal.value).startswith(f"presets.toml, line {line}: ")
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    "content",
    [
        "viva = " + "[" * 100_000,
        "[viva]\nrounds = " + "9" * 5_000,
        '["\\u001b]0;owned\\u0007"]\nname = "Mine"\nphases = [{name = "Talk", length = 60}]',
        '[viva]\n"\\u001b]0;owned\\u0007" = 1\nphases = [{name = "Talk", length = 60}]',
    ],
    ids=["deep", "long", "escapes in a name", "escapes in a key"],
)
def test_a_file_from_a_stranger_is_refused_in_a_harmless_sentence(content: str) -> None:
    with pytest.raises(BadPreset) as refusal:
        parse(content, "presets.toml")
    assert str(refusal.value).startswith("presets.toml")
    assert str(refusal.value).isprintable()


def test_a_circuit_has_a_change_over_between_its_stations_and_none_after_the_last() -> None:
    viva = parse(VIVA, "presets.toml")[0]
    whole = circuit(viva, 3)
    assert [phase.name for phase in whole.phases] == [
        *("Reading", "Viva", "Change over"),
        *("Reading", "Viva", "Change over"),
        *("Reading", "Viva"),
    ]
    assert [round_of(viva, n) for n in range(len(whole.phases))] == [1, 1, 1, 2, 2, 2, 3, 3]
