"""Quotes are found at the turns that they come from; invented ones are not."""

from __future__ import annotations

import json
import random
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medtui.documents.assessment import Assessment, Criterion, Domain, Evidence
from medtui.documents.evidence import NOT_FOUND, Found, How, Quotes, located, words_of
from medtui.documents.transcript import Transcript, Turn

SAMPLES = Path(__file__).parent / "samples" / "transcripts"
TALK = [turn["text"] for turn in json.loads((SAMPLES / "_talk.json").read_text())["turns"]]
OTHERS = [
    "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich.",
    "Ça va? J'ai très mal à l'œil depuis l'été passé, docteur Müller-Lüdenscheidt.",
    "昨日から左目が赤くて、光がまぶしいです。",
    "Το μάτι μου πονάει από την Παρασκευή και το φως με ενοχλεί.",
    "منذ يوم الجمعة وعيني اليسرى حمراء والضوء يزعجني",
    "Well, she told me on 12 March that 5 mg, twice a day, would be plenty for anybody.",
]
TEXTS = [*TALK, *OTHERS]


def transcript(texts: list[str]) -> Transcript:
    turns = [
        Turn(text, "ab"[n % 2], start=n * 10.0, end=n * 10.0 + 8) for n, text in enumerate(texts)
    ]
    return Transcript("test", tuple(turns), len(texts) * 10.0)


QUOTES = Quotes(transcript(TEXTS))
PUNCTUATION = [",", ".", "!", "?", ";", ":", "-", "–", "“", "”", "'", '"', "(", ")", "/", "\u2019"]
SPACES = [" ", "  ", "\t", "\n", "\u00a0", "\u2009", " \r\n "]


@st.composite
def changed_quotes(draw: st.DrawFn) -> tuple[int, str]:
    """A turn, and a cut of it with other case, punctuation and white space."""
    turn = draw(st.integers(0, len(TEXTS) - 1))
    text = TEXTS[turn]
    start = draw(st.integers(0, len(text) - 12))
    end = draw(st.integers(start + 12, len(text)))
    cut = []
    for char in text[start:end]:
        if char.isspace():
            cut.append(draw(st.sampled_from(SPACES)))
        elif not char.isalnum():
            if unicodedata.combining(char) or draw(st.booleans()):
                cut.append(char)
        else:
            cut.append(draw(st.sampled_from([char, char.upper(), char.lower(), char.swapcase()])))
        if draw(st.integers(0, 6)) == 0:
            cut.append(draw(st.sampled_from(PUNCTUATION)))
    return turn, "".join(cut)


@given(changed_quotes())
def test_a_cut_is_found_at_its_turn_however_it_was_written(quote: tuple[int, str]) -> None:
    turn, text = quote
    if len("".join(words_of(text))) >= 10:
        assert QUOTES.find(Evidence(text)) == Found(How.EXACT, turn)


INVENTED = [
    "kind", "plastic", "horizon", "marble", "lantern", "copper", "violin", "harbour", "quiet",
    "orange", "engine", "thunder", "because", "never", "under", "would", "could", "think", "about",
]  # fmt: skip


@given(st.lists(st.sampled_from(INVENTED), min_size=3, max_size=20))
def test_an_invented_quote_is_not_found(words: list[str]) -> None:
    assert QUOTES.find(Evidence(" ".join(words))) == NOT_FOUND


@given(st.integers(0, 10_000))
def test_the_same_words_in_another_order_are_not_a_quote(seed: int) -> None:
    words = " ".join(TALK).split()
    random.Random(seed).shuffle(words)
    text = " ".join(words[:12])
    found = QUOTES.find(Evidence(text))
    assert found.how in (How.NOT_FOUND, How.EXACT)


@given(st.characters())
def test_case_never_tells_two_letters_apart(char: str) -> None:
    same = {tuple(words_of(f"x{form}x")) for form in (char, char.upper(), char.swapcase())}
    assert len(same) == 1


@given(st.text(), st.text())
def test_any_quote_of_any_text_gives_an_answer(text: str, quote: str) -> None:
    found = Quotes(transcript([text, quote])).find(Evidence(quote, start=12.0))
    assert found.turn == 1 or not words_of(quote) or quote


@pytest.mark.parametrize(
    ("quote", "turn"),
    [
        ("My left eye has been red since Thursday, and bright light hurts", 1),  # one word differs
        ("I'd like to look for a ulcer with a lamp", 4),
        ("so do you wear contact lens, and do you sleep in them?", 2),
    ],
)
def test_nearly_its_words(quote: str, turn: int) -> None:
    assert QUOTES.find(Evidence(quote)) == Found(How.SIMILAR, turn)


@pytest.mark.parametrize(
    "quote",
    ["how are you today", "hi", "", "…", "My right foot has been blue since Sunday", "art lens"],
)
def test_a_quote_that_was_not_said(quote: str) -> None:
    assert QUOTES.find(Evidence(quote)) == NOT_FOUND


def test_a_short_quote_must_be_whole_words() -> None:
    assert QUOTES.find(Evidence("I see")) == Found(How.EXACT, 2)
    assert QUOTES.find(Evidence("ight")) == NOT_FOUND


def test_parts_with_dots_between_them_must_all_be_said() -> None:
    assert QUOTES.find(Evidence("My left eye … light hurts")) == Found(How.EXACT, 1)
    assert QUOTES.find(Evidence("My left eye [...] light hurts")) == Found(How.EXACT, 1)
    assert QUOTES.find(Evidence("My left eye … lantern")) == NOT_FOUND


def test_a_speakers_name_before_a_quote_is_not_part_of_it() -> None:
    assert QUOTES.find(Evidence("Patient: Some nights, yes.")) == Found(How.EXACT, 3)


def test_a_quote_over_two_turns_is_at_the_one_that_holds_most() -> None:
    split = Quotes(transcript(["I am", "truly sorry that this happened to you."]))
    quote = "I am truly sorry that this happened"
    assert split.find(Evidence(quote)) == Found(How.EXACT, 1)


def test_of_several_places_the_one_at_the_stated_time() -> None:
    said = Quotes(transcript(["I am so sorry.", "Thank you.", "I am so sorry.", "Yes."]))
    assert said.find(Evidence("I am so sorry")).turn == 0
    assert said.find(Evidence("I am so sorry", start=21)).turn == 2


def test_other_words_at_a_stated_time_lead_there_and_say_so() -> None:
    assert QUOTES.find(Evidence("how are you today", start=31)) == Found(How.TIME, 3)


def test_a_long_talk_is_searched_quickly() -> None:
    words = " ".join(TALK).split()
    shuffle = random.Random(1)
    texts = [" ".join(shuffle.choices(words, k=25)) for _ in range(2400)]
    quotes = Quotes(transcript(texts))
    for turn in range(0, 2400, 100):
        text = texts[turn][10:90]
        assert quotes.find(Evidence(text.upper())) == Found(How.EXACT, turn)
        assert quotes.find(Evidence(" ".join(INVENTED[:9]))) == NOT_FOUND


def test_an_assessment_says_for_each_quote_whether_and_where_it_was_found() -> None:
    turns = (
        Turn("Good morning, I am Dr Lowe.", "A", 0.0),
        Turn("My left eye has been red since Friday.", "B", 6.5),
    )
    quotes = ("left eye has been red", "my left eye had been red since friday", "a dog ate it")
    assessment = Assessment(
        "test",
        domains=(Domain("History", evidence=tuple(map(Evidence, quotes))),),
        criteria=(Criterion("Greets", evidence=(Evidence("a dog", start=1.0),)),),
    )
    told = located(assessment, Transcript("test", turns))
    places = [(q["found"], q["turn"], q["at"]) for q in told["domains"][0]["evidence"]]
    assert places == [("exact", 1, 6.5), ("similar", 1, 6.5), ("not found", None, None)]
    assert told["criteria"][0]["evidence"][0]["found"] == "time"
    alone = located(assessment, None)
    assert {q["found"] for q in alone["domains"][0]["evidence"]} == {None}
