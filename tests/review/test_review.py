"""The review, by its keys: reading, searching, who is who, evidence, taking copies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.widgets import Input
from textual.widgets._toast import Toast

from medtui.documents import read
from medtui.documents.reading import SMALL
from medtui.review.assessment_view import AssessmentView
from tests.review.reader import PLATFORM, SAMPLES, TALK, marked, reviewing, talk, viewing

BEFORE_AND_AFTER = talk(
    ("A", "Can you hear me?"),
    ("B", "Yes."),
    ("A", "I'll start the timer now."),
    ("A2", "Hello, I am Dr Lowe."),
    ("B", "My eye hurts."),
)
SIMPLE = talk(
    ("A", "I am sorry."), ("B", "Why sorry?"), ("A", "Because."), ("B", "I see, sorry too.")
)


@pytest.mark.detail
async def test_a_talk_is_read_with_speakers_times_and_figures(tmp_path: Path) -> None:
    async with viewing(TALK, PLATFORM, state=tmp_path) as reader:
        await reader.until_text(
            "0:00  Speaker 0  Good morning, I'm Dr Lowe.",
            "0:06  Speaker 1  My left eye has been red",
            "29.08 / 49.8   58 %   AI, formative",
            "10.64 / 13.3  ▇▇▇▇▇▇▇▇▁▁",
            "29 s · ",
            "3 questions",
        )
        assert reader.turns.has_focus


@pytest.mark.detail
async def test_on_a_low_screen_the_figures_take_one_line(tmp_path: Path) -> None:
    async with viewing(TALK, PLATFORM, state=tmp_path, size=(40, 12)) as reader:
        await reader.until_text("29 s · 62 words · 3 questions", "Good morning")
        assert "Good morning" in reader.text.split("\n")[2]


@pytest.mark.detail
async def test_what_else_is_in_a_long_talks_file_follows_its_words(tmp_path: Path) -> None:
    path = tmp_path / "long.json"
    rows = [{"speaker": "ab"[n % 2], "start": "soon", "text": f"Turn {n}."} for n in range(200)]
    path.write_text(json.dumps({"turns": rows, "ward": "seven"}) + " " * SMALL)
    async with viewing(path, state=tmp_path) as reader:
        await reader.until_text("Turn 3.", "The file has times that are not understood")
        await reader.press("o")
        await reader.until_text("Also in the file", "ward: seven")


@pytest.mark.detail
async def test_also_waits_for_the_comparison_with_the_file(tmp_path: Path) -> None:
    async with viewing(TALK, state=tmp_path) as reader:
        await reader.until_text("0:00  Speaker 0")
        reader.review.is_complete = False
        await reader.press("o")
        await reader.until_text("still being compared with its file")


@pytest.mark.detail
@pytest.mark.parametrize("width", [80, 100, 160])
async def test_no_figure_is_cut_off(width: int, tmp_path: Path) -> None:
    names = ("Dr Maximiliana Theodora Montgomery", "Mrs Theodora Featherstonehaugh", "B")
    said = talk(*((name, "Is it bad?") for name in names), every=20)
    async with reviewing(said, tmp_path=tmp_path, size=(width, 24)) as reader:
        await reader.until_text("33%, 3 words", "Speaker B 33%, 3 words", "longest 10 s (")
        await reader.until_text("3 questions", "2 pauses, longest 10 s")


@pytest.mark.detail
async def test_figures_that_fill_a_line_to_its_end_are_not_cut(tmp_path: Path) -> None:
    said = talk(("A", "Is it bad?"), ("Bo", "No."))
    async with reviewing(said, tmp_path=tmp_path, size=(80, 24)) as reader:
        for count in range(1, 40):
            with reader.app._context():
                reader.review.header.show_figures(["x" * (40 + count), "y" * 12])
            await reader.until_text("x" * (40 + count), "y" * 12)


@pytest.mark.detail
async def test_view_needs_neither_server_nor_login_nor_settings(tmp_path: Path) -> None:
    async with viewing(TALK, state=tmp_path) as reader:
        assert reader.app.servers.backend is None
        assert not (tmp_path / "config.toml").exists()
        await reader.press("escape")
        assert reader.app._exit


@pytest.mark.detail
async def test_words_that_were_hardly_understood_are_dimmed(tmp_path: Path) -> None:
    data = json.loads(TALK.read_text())
    word = data["results"]["utterances"][0]["words"][1]
    word["confidence"] = 0.31
    path = tmp_path / "t.json"
    path.write_text(json.dumps(data))
    async with viewing(path, state=tmp_path) as reader:
        strip = reader.turns.render_line(0)
        dimmed = [segment.text for segment in strip if segment.style and segment.style.italic]
        assert dimmed == [word["punctuated_word"], "Lowe."]


@pytest.mark.detail
async def test_without_speakers_one_alone_cannot_be_shown(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps([{"text": "Hello."}, {"text": "There."}]))
    async with viewing(path, state=tmp_path) as reader:
        await reader.until_text("Hello.")
        await reader.press("f")
        await reader.until_text("does not tell its speakers apart: w names them")


@pytest.mark.detail
async def test_a_search_counts_as_one_types_and_goes_to_next_and_previous(tmp_path: Path) -> None:
    async with reviewing(SIMPLE, tmp_path=tmp_path) as reader:
        await reader.press("slash", *"sorr")
        assert "1 of 3" in reader.text
        assert reader.turns.turn == 0
        await reader.press("y", "enter", "n")
        assert "2 of 3" in reader.text
        assert reader.turns.turn == 1
        await reader.press("n", "n")
        assert "1 of 3" in reader.text
        await reader.press("N")
        assert reader.turns.turn == 3
        await reader.press("slash", "x")
        assert "not found" in reader.text
        await reader.press("escape")
        assert "not found" not in reader.text
        assert reader.turns.has_focus
        assert not reader.app._exit


@pytest.mark.detail
async def test_n_without_a_search_says_how_to_search(tmp_path: Path) -> None:
    async with reviewing(SIMPLE, tmp_path=tmp_path) as reader:
        await reader.press("n")
        assert reader.said == ["Nothing to go to: press / to search."]
        await reader.press("slash", *"xyz", "enter", "n")
        assert reader.said[-1] == "“xyz” is not found."


@pytest.mark.detail
async def test_what_is_said_does_not_cover_what_is_typed(tmp_path: Path) -> None:
    async with reviewing(SIMPLE, tmp_path=tmp_path, size=(80, 24)) as reader:
        await reader.press("n", "slash", *"sorry")
        await reader.until(lambda: bool(reader.app.screen.query(Toast)))
        [toast] = reader.app.screen.query(Toast)
        await reader.until(lambda: bool(toast.region))
        assert not toast.region.overlaps(reader.review.search_field.region)


@pytest.mark.detail
async def test_a_title_that_is_too_long_leaves_its_last_part_out(tmp_path: Path) -> None:
    title = "12 Nov · mock with Mei Tanaka · you were the candidate"
    async with reviewing(tmp_path=tmp_path, size=(80, 24), title=title) as reader:
        await reader.until_text(f" Review · {title}")
        with reader.app._context():
            reader.review.show(read(PLATFORM.read_bytes()))
        await reader.until_text(" Review · 12 Nov · mock with Mei Tanaka  ")


@pytest.mark.detail
async def test_a_hit_is_shown_in_its_line(tmp_path: Path) -> None:
    async with reviewing(SIMPLE, tmp_path=tmp_path) as reader:
        await reader.press("slash", *"sorry")
        marks = [
            segment.text
            for y in (0, 1)
            for segment in reader.turns.render_line(y)
            if segment.style and segment.style.bold and "sorry" in segment.text
        ]
        assert marks == ["sorry", "sorry"]


@pytest.mark.detail
async def test_who_is_who_is_asked_once_and_remembered(tmp_path: Path) -> None:
    async with viewing(TALK, state=tmp_path) as reader:
        await reader.press("w")
        await reader.until_screen("WhoScreen")
        assert "Good morning, I'm Dr Lowe" in reader.text
        await reader.type("You")
        await reader.press("enter")
        await reader.type("Mr Brandt")
        await reader.press("enter")
        await reader.until_text("You        Good morning", "Mr Brandt  My left eye", "You 70%")
    async with viewing(TALK, state=tmp_path) as reader:
        await reader.until_text("Mr Brandt  My left eye")
    async with viewing(SAMPLES / "transcripts" / "gladia.json", state=tmp_path) as reader:
        assert "Mr Brandt" not in reader.text


@pytest.mark.detail
async def test_names_that_were_typed_are_there_again_after_esc(tmp_path: Path) -> None:
    async with reviewing(SIMPLE, tmp_path=tmp_path) as reader:
        await reader.press("w")
        await reader.until_screen("WhoScreen")
        await reader.press("escape")
        await reader.press("w")
        await reader.until_screen("WhoScreen")
        assert "what you typed" not in reader.text
        await reader.type("Dr Lowe")
        await reader.press("enter", "escape")
        await reader.until_text("w continues with what you typed", "Speaker A  I am sorry")
        await reader.press("w")
        await reader.until_screen("WhoScreen")
        await reader.press("ctrl+s")
        await reader.until_text("Dr Lowe    I am sorry")


@pytest.mark.detail
async def test_tab_takes_the_name_that_is_offered_and_enter_what_is_typed(tmp_path: Path) -> None:
    async with reviewing(SIMPLE, tmp_path=tmp_path) as reader:
        await reader.press("w")
        await reader.until_screen("WhoScreen")
        await reader.type("Pat")
        await reader.until_text("Patient")
        await reader.press("tab")
        await reader.type("Can")
        await reader.until_text("Candidate")
        await reader.press("enter")
        await reader.until_text("Patient  I am sorry", "Can      Why sorry")


@pytest.mark.detail
async def test_two_speakers_can_be_swapped(tmp_path: Path) -> None:
    async with reviewing(SIMPLE, tmp_path=tmp_path) as reader:
        await reader.press("w")
        await reader.until_screen("WhoScreen")
        await reader.type("You")
        await reader.press("f2", "ctrl+s")
        await reader.until_text("Speaker A  I am sorry", "You        Why sorry")


@pytest.mark.detail
async def test_a_speaker_alone_and_then_all_again(tmp_path: Path) -> None:
    async with reviewing(SIMPLE, tmp_path=tmp_path) as reader:
        await reader.press("j", "f")
        assert "only Speaker A" in reader.text
        assert "Why sorry" not in reader.text
        await reader.press("f")
        assert "Why sorry" in reader.text
        assert "Because" not in reader.text
        await reader.press("f")
        assert "only" not in reader.text
        assert len(reader.turns) == 4


@pytest.mark.detail
async def test_a_transcript_in_place_of_another_is_shown_whole_and_searched(
    tmp_path: Path,
) -> None:
    async with reviewing(SIMPLE, tmp_path=tmp_path) as reader:
        await reader.press("slash", *"sorry", "enter", "f")
        assert "only Speaker A" in reader.text
        with reader.app._context():
            reader.review.show(talk(("C", "Hello there."), ("D", "I am sorry, too.")))
        await reader.until_text("Speaker C  Hello there.", "Speaker D  I am sorry, too.")
        assert "only" not in reader.text
        assert "1 of 1" in reader.text
        await reader.press("n")
        assert not reader.said
        await reader.press("slash")
        with reader.app._context():
            reader.review.show(SIMPLE)
        await reader.until_text(" of 3")
        await reader.press("d")
        assert reader.review.search_field.value.endswith("d")


@pytest.mark.detail
async def test_one_person_who_was_taken_for_two_is_shown_alone_as_one(tmp_path: Path) -> None:
    said = talk(("A", "Hello."), ("B", "Yes?"), ("C", "I am sorry."))
    async with reviewing(said, tmp_path=tmp_path) as reader:
        await reader.press("w")
        await reader.until_screen("WhoScreen")
        for name in ("You", "Ann", "You"):
            await reader.type(name)
            await reader.press("enter")
        await reader.until_text("You 67%, 4 words", "You  I am sorry.")
        await reader.press("f")
        await reader.until_text("only You", "I am sorry.")
        assert "Yes?" not in reader.text
        await reader.press("f")
        await reader.until_text("only Ann")
        await reader.press("f")
        assert "only" not in reader.text


async def test_a_search_finds_what_a_filter_hides(tmp_path: Path) -> None:
    async with reviewing(SIMPLE, tmp_path=tmp_path) as reader:
        await reader.press("f", "slash", *"why")
        assert reader.turns.turn == 1
        assert "only" not in reader.text


async def test_a_time_is_gone_to(tmp_path: Path) -> None:
    async with reviewing(SIMPLE, tmp_path=tmp_path) as reader:
        await reader.press("t")
        await reader.until_screen("AskScreen")
        await reader.type("soon")
        await reader.press("enter")
        assert "A time is written as 1:30, or 90." in reader.text
        reader.app.screen.query_one(Input).value = "0:25"
        await reader.press("enter")
        assert reader.turns.turn == 2


async def test_talk_before_the_station_is_folded(tmp_path: Path) -> None:
    async with reviewing(BEFORE_AND_AFTER, tmp_path=tmp_path) as reader:
        assert "▸ before the station: 3 turns, until 0:25" in reader.text
        assert "Can you hear me" not in reader.text
        assert "25 s · 8 words" in reader.text or "8 words" in reader.text
        await reader.press("g", "enter")
        assert "▾ before the station" in reader.text
        assert "Can you hear me" in reader.text
        await reader.press("enter")
        assert "Can you hear me" not in reader.text


@pytest.mark.detail
async def test_where_the_station_begins_can_be_said_and_is_remembered(tmp_path: Path) -> None:
    async with reviewing(BEFORE_AND_AFTER, tmp_path=tmp_path) as reader:
        await reader.press("G", "b")
        assert "before the station: 4 turns" in reader.text
        assert "Dr Lowe" not in reader.text
    async with reviewing(BEFORE_AND_AFTER, tmp_path=tmp_path) as reader:
        assert "before the station: 4 turns" in reader.text
        await reader.press("G", "b")
        assert "before the station" not in reader.text


async def test_evidence_leads_to_its_moment(tmp_path: Path) -> None:
    said = marked("BECAUSE!", "nobody said that at all", "I see, sorry to")
    async with reviewing(SIMPLE, said, tmp_path=tmp_path) as reader:
        await reader.until_text("✓ “BECAUSE!”", "0:20", "✗ “nobody said that at all”")
        assert "not found in the transcript" in " ".join(reader.text.split())
        await reader.press("tab", "j", "j")
        await reader.until(lambda: reader.marks.has_focus)
        while "BECAUSE" not in reader.marks.text(reader.marks.cursor):
            await reader.press("j")
        await reader.press("enter")
        assert reader.turns.turn == 2
        assert reader.marks.has_focus
        await reader.press("j", "enter")
        assert reader.turns.turn == 2
        assert reader.said[-1] == "Not in the transcript."
        await reader.press("g", "enter")
        assert reader.turns.turn == 2
        assert reader.said[-1] == "Select a quote first: only quotes have a moment to go to."


@pytest.mark.detail
async def test_evidence_in_what_is_folded_unfolds_it(tmp_path: Path) -> None:
    async with reviewing(BEFORE_AND_AFTER, marked("Can you hear me?"), tmp_path=tmp_path) as reader:
        await reader.until_text("✓ “Can you hear me?”")
        await reader.press("tab", "G", "enter")
        assert reader.turns.turn == 0
        assert "▾ before the station" in reader.text


async def test_one_passage_or_several_are_copied(tmp_path: Path) -> None:
    async with reviewing(SIMPLE, tmp_path=tmp_path) as reader:
        await reader.press("j", "y")
        assert reader.app.clipboard == "Speaker B: Why sorry?"
        assert reader.said[-1] == "4 words sent to your terminal's clipboard (OSC 52)."
        await reader.press("v", "j", "y")
        assert reader.app.clipboard == "Speaker B: Why sorry?\nSpeaker A: Because."
        await reader.press("v", "escape", "y")
        assert reader.app.clipboard == "Speaker A: Because."


async def test_the_review_is_saved_and_replaces_only_when_asked_twice(tmp_path: Path) -> None:
    async with reviewing(SIMPLE, marked("Because"), tmp_path=tmp_path) as reader:
        (tmp_path / "review.md").write_text("older")
        await reader.press("s")
        await reader.until_screen("SaveScreen")
        await reader.press("enter")
        await reader.until_text("press enter again to replace it")
        assert (tmp_path / "review.md").read_text() == "older"
        await reader.press("enter")
        await reader.until_screen("ReviewScreen")
        paper = (tmp_path / "review.md").read_text()
        assert "0:10 **Speaker B** Why sorry?" in paper
        assert "### Empathy: 3 / 4" in paper


@pytest.mark.detail
async def test_what_cannot_be_saved_says_why(tmp_path: Path) -> None:
    async with reviewing(SIMPLE, tmp_path=tmp_path) as reader:
        await reader.press("s")
        await reader.until_screen("SaveScreen")
        field = reader.app.screen.query_one(Input)
        field.value = str(tmp_path / "nowhere" / "x.md")
        await reader.press("enter")
        await reader.until_text("could not be saved: there is no folder")


async def test_loading_absent_and_broken_each_say_so(tmp_path: Path) -> None:
    async with reviewing(tmp_path=tmp_path) as reader:
        with reader.app._context():
            reader.review.show_words("transcript", "Reading …")
            reader.review.show_words("assessment", "No assessment yet.")
        await reader.pause()
        assert "Reading …" in reader.text
        assert "No assessment yet." in reader.text
        await reader.press("slash", "w", "f", "t", "b", "y", "s", "tab", "n")
        assert "There is no transcript here." in reader.said
        with reader.app._context():
            reader.app.clear_notifications()  # they would lie over it
            reader.review.show(SIMPLE)
            reader.review.show_words("assessment", "This file breaks off.", failed=True)
        await reader.pause()
        assert "I am sorry." in reader.text
        await reader.until_text("This file breaks off.")
        assert "Reading …" not in reader.text


@pytest.mark.detail
async def test_a_broken_file_is_a_sentence_beside_the_other(tmp_path: Path) -> None:
    broken = tmp_path / "assessment.json"
    broken.write_text('{"dimensions": [')
    async with viewing(TALK, broken, state=tmp_path) as reader:
        await reader.until_text("Good morning", "assessment.json: This file breaks off")


@pytest.mark.detail
async def test_two_of_a_kind_are_refused(tmp_path: Path) -> None:
    async with viewing(TALK, TALK, state=tmp_path) as reader:
        await reader.until_text("Good morning", "Both files are transcripts")


@pytest.mark.detail
async def test_hostile_texts_are_drawn_as_they_are(tmp_path: Path) -> None:
    rows = [{"speaker": "[red]A[/]", "text": "[bold]x[/bold] \x1b[31m \u202eabc سلام 👩‍⚕️ " * 9}]
    path = tmp_path / "t.json"
    path.write_text(json.dumps(rows))
    marks = tmp_path / "a.json"
    marks.write_text(json.dumps({"dimensions": [{"name": "[b]N[/b]", "strengths": ["[i]s[/i]"]}]}))
    async with viewing(path, marks, state=tmp_path) as reader:
        await reader.until_text("[red]A[/]", "[bold]x[/bold]", "[b]N[/b]", "[i]s[/i]")
        assert "\x1b" not in reader.text
        await reader.press("slash", *"bold")
        await reader.press("escape", "y", "w", "escape")


@pytest.mark.detail
@pytest.mark.short(2)
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 10), (20, 6)])
async def test_every_size_shows_something_and_takes_keys(
    size: tuple[int, int], tmp_path: Path
) -> None:
    async with viewing(TALK, PLATFORM, state=tmp_path, size=size) as reader:
        await reader.press("j", "G", "g", "ctrl+d", "ctrl+u", "tab", "G", "enter", "tab", "j", "f")
        assert reader.review.transcript is not None


async def test_every_key_is_in_help_and_palette(tmp_path: Path) -> None:
    async with viewing(TALK, PLATFORM, state=tmp_path, size=(120, 50)) as reader:
        await reader.press("question_mark")
        for words in ("Who is who", "Jump to a time", "Copy this passage", "Next hit"):
            assert words in reader.text
        await reader.press("escape", "colon", *"who is")
        await reader.until_text("Who is who")


@pytest.mark.detail
async def test_the_end_of_a_long_talk_is_reached_at_once(tmp_path: Path) -> None:
    long = talk(*[("AB"[n % 2], f"turn {n} " * (1 + n % 40)) for n in range(3000)])
    async with reviewing(long, tmp_path=tmp_path) as reader:
        await reader.press("G")
        assert "turn 2999" in reader.text
        assert reader.turns.turn == 2999
        await reader.press("g")
        assert reader.turns.turn == 0
        for _ in range(5):
            await reader.press("ctrl+d")
        assert reader.turns.scroll_offset.y > 0
        shown = reader.turns.region_of(reader.turns.cursor)
        assert shown.y < reader.turns.scroll_offset.y + reader.turns.size.height


@pytest.mark.detail
async def test_a_turn_taller_than_the_screen_is_scrolled_through(tmp_path: Path) -> None:
    text = " ".join(f"word{n}" for n in range(400))
    tall = talk(("A", text), ("B", "short"))
    async with reviewing(tall, tmp_path=tmp_path, size=(80, 16)) as reader:
        seen = reader.text
        for _ in range(40):
            await reader.press("j")
            seen += reader.text
            if reader.turns.turn == 1:
                break
        assert all(f"word{n}" in seen for n in range(400))
        assert reader.turns.turn == 1


@pytest.mark.detail
async def test_a_click_moves_and_a_second_one_jumps(tmp_path: Path) -> None:
    async with reviewing(SIMPLE, marked("Because"), tmp_path=tmp_path) as reader:
        await reader.until_text("✓ “Because”")
        line = next(y for y in range(20) if "Because" in reader.marks.render_line(y).text)
        for _ in range(2):
            with reader.app._context():
                await reader.pilot.click(AssessmentView, offset=(8, line))
        await reader.pause()
        assert reader.turns.turn == 2


@pytest.mark.detail
async def test_the_cursor_of_the_terminal_is_where_ours_is(tmp_path: Path) -> None:
    async with reviewing(SIMPLE, tmp_path=tmp_path) as reader:
        await reader.press("j", "j")
        await reader.pause()
        assert reader.app.cursor_position.y == reader.turns.region.y + 2
