"""Whatever a file holds, it is read or refused in a sentence, in bounded time and memory."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medtui.documents import Assessment, Document, DocumentError, Transcript, load, read
from medtui.documents.assessments import names
from medtui.documents.decode import MAX_BYTES
from medtui.documents.export import as_markdown
from medtui.documents.flatten import flattened
from medtui.documents.statistics import statistics_of
from medtui.documents.transcripts import segments

SAMPLES = Path(__file__).parent / "samples"
FILES = sorted(path for path in SAMPLES.rglob("*") if path.is_file() and path.name[0] != "_")
LISTS = ("turns", "segments", "utterances", "messages", "conversation", "dialogue", "dialog",
         "entries", "transcript", "transcription", "phrases", "captions", "cues", "lines",
         "items", "results", "words", "sentences", "chunks", "monologues", "rows")  # fmt: skip
KEYS = sorted(
    {
        *segments.TEXT, *segments.SPEAKER, *segments.START, *segments.END, *LISTS,
        *names.DOMAINS, *names.CRITERIA, *names.SCORE, *names.MAX, *names.RESULT, *names.FEEDBACK,
        *names.TOTAL, *names.EVIDENCE, *names.STRENGTHS, *names.SCALE, *names.OVERALL_LABEL,
        "results", "channels", "alternatives", "paragraphs", "words", "monologues", "elements",
        "recognizedPhrases", "nBest", "phrases", "offsetMilliseconds", "speech", "transcripts",
        "marksheets", "points", "totals", "dimensions", "raw_score_0_to_100", "weighted_score",
        "word_segments", "task", "type", "spokenText", "startDateTime", "duration", "metadata",
        "speakers", "audio_segments", "items", "speaker_labels", "transcription", "offsets",
        "tokens", "content", "assessment", "choices", "message", "unclaimed",
    }
)  # fmt: skip

numbers = st.one_of(
    st.integers(), st.floats(allow_nan=True), st.sampled_from([0, 1, -1, 10**400, 1e308, 5e-324])
)
texts = st.one_of(
    st.text(max_size=20),
    st.text(st.characters(), max_size=5),
    st.sampled_from(["7/10", "1.2s", "00:00:01.5", "yes", "\ud800", "[b]x[/b]", "{", "```json\n{"]),
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
    ),
    max_leaves=25,
)


def outcome(data: bytes, expected: Any = None) -> Document | str:
    """The document, checked to be harmless; or the sentence that refuses it."""
    try:
        document = read(data, expected)
    except DocumentError as error:
        refused = error.message
    else:
        check(document)
        return document
    assert refused.endswith(".")
    assert "\n" not in refused
    return refused


def check(document: Document) -> None:
    """That it holds only what may be drawn, and that all can be made of it that is."""
    json.dumps(document.as_json(), allow_nan=False, default=str)
    if isinstance(document, Transcript):
        assert document.turns
        for turn in document.turns:
            assert turn.text
            assert harmless(turn.text)
            assert turn.speaker is None or harmless(turn.speaker)
            assert turn.start is None or isinstance(turn.start, float)
            assert turn.confidence is None or 0 <= turn.confidence <= 1
        statistics_of(document)
        as_markdown("x", document, None, {})
    else:
        shown = json.dumps(document.as_json() | {"unclaimed": None}, ensure_ascii=False)
        assert harmless(shown)
        assert all(harmless(line) for line in flattened(document.unclaimed))
        as_markdown("x", None, document, {})


def harmless(text: str) -> bool:
    return not re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]", text)


@given(values, st.sampled_from([None, "transcript", "assessment"]))
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=75)
def test_any_json_is_read_or_refused(value: Any, expected: Any) -> None:
    outcome(json.dumps(value).encode("utf-8", "surrogatepass"), expected)


@pytest.mark.long
@given(values, st.sampled_from([None, "transcript", "assessment"]))
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=5000, deadline=None)
def test_any_json_is_read_or_refused_at_length(value: Any, expected: Any) -> None:
    outcome(json.dumps(value).encode("utf-8", "surrogatepass"), expected)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    outcome(data)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    outcome(text.encode("utf-8", "surrogatepass"))
    outcome(("WEBVTT\n\n" + text).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_cut_short_is_read_or_refused(path: Path) -> None:
    data = path.read_bytes()
    for share in (0.1, 0.5, 0.9, 0.999):
        outcome(data[: int(len(data) * share)])


@pytest.mark.parametrize(
    ("data", "line", "column", "expected"),
    [
        (b'{"turns": [\n  {"text": "a"\n  {', 3, 3, "a comma"),
        (b'{"turns": [\n  {"text": "a"}, ', 2, 18, "a value"),
        (b'{"turns" "x"}', 1, 10, "a colon"),
        (b'{"turns": "x', 1, 11, "closing quote"),
        (b"{\n\n turns: 1}", 3, 2, "name in double quotes"),
        (b'{"a": 1}\n}', 2, 1, "end of the file"),
    ],
)
def test_broken_json_says_where_and_what_was_expected(
    data: bytes, line: int, column: int, expected: str
) -> None:
    message = outcome(data)
    assert isinstance(message, str)
    assert f"line {line}, column {column}:" in message
    assert expected in message


def test_broken_captions_say_where_and_what_was_expected() -> None:
    message = outcome(b"WEBVTT\n\n1\n00:00:01 -> 00:00:02\nHello\n")
    assert isinstance(message, str)
    assert "line 3, column 1" in message
    assert "-->" in message


@pytest.mark.parametrize("data", [b"", b"  \n ", b"\xef\xbb\xbf"])
def test_an_empty_file_says_so(data: bytes) -> None:
    assert "empty" in str(outcome(data))


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7\n%\xe2\xe3", b"PK\x03\x04\x14\x00", b"\x00\x01\x02" * 50]
)
def test_a_file_that_is_no_text_says_so(data: bytes) -> None:
    assert "no text" in str(outcome(data))


@pytest.mark.parametrize("data", [b"null", b"[]", b"{}", b"12", b'{"a": [1, null, true]}', b'"x"'])
def test_json_with_nothing_in_it_is_a_sentence_or_its_text(data: bytes) -> None:
    found = outcome(data)
    assert isinstance(found, (str, Transcript))


@pytest.mark.parametrize("data", [b"null", b" true\n", b"false", b'"null"'])
def test_a_word_of_jsons_own_is_not_said_by_anybody(data: bytes) -> None:
    assert "no words" in str(outcome(data))


def test_a_file_over_the_limit_is_refused() -> None:
    assert "larger than 64 MB" in str(outcome(b" " * (MAX_BYTES + 1)))


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 101 + b"]" * 101,
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b"[" * 100_000,
        b'{"a": "[[["}' + b"[" * 200 + b"]" * 200,
        json.dumps("[" * 150 + "]" * 150).encode(),
    ],
)
def test_what_nests_too_deep_is_refused(data: bytes) -> None:
    assert re.search("deep|breaks off", str(outcome(data)))


def test_brackets_in_a_text_are_no_nesting() -> None:
    text = 'And "then" \\ [' * 300
    found = outcome(json.dumps([{"speaker": "a", "text": text}]).encode())
    assert isinstance(found, Transcript)


def test_control_characters_surrogates_markup_and_direction_are_harmless() -> None:
    text = "\x1b[31mred\x07 \ud800[bold]x[/bold] \u202eright\u202c\x00 سلام"
    rows = [{"speaker": "\x1b]0;title\x07Al\u202ei", "text": text}]
    data = json.dumps(rows).encode("utf-8", "surrogatepass")
    found = outcome(data)
    assert isinstance(found, Transcript)
    assert found.turns[0].text == "[31mred [bold]x[/bold] right سلام"
    assert found.turns[0].speaker == "]0;titleAli"
    raw = outcome('[{"speaker": "a", "text": "x\ud800y\x1b"}]'.encode("utf-8", "surrogatepass"))
    assert isinstance(raw, Transcript)
    assert raw.turns[0].text == "xy"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"])
def test_other_encodings_are_read(encoding: str) -> None:
    text = '[{"speaker": "Zoë", "text": "Très bien, merci"}]'
    found = outcome(text.encode(encoding))
    assert isinstance(found, Transcript)
    assert (found.turns[0].speaker, found.turns[0].text) == ("Zoë", "Très bien, merci")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.json", Path("/dev/zero")):
        with pytest.raises(DocumentError, match=r"is not a file|does not exist"):
            load(path)


def test_a_number_of_a_million_digits_is_quickly_read() -> None:
    start = time.monotonic()
    outcome(b'{"score": ' + b"9" * 1_000_000 + b"}")
    assert time.monotonic() - start < 2


def test_the_document_kinds_are_two() -> None:
    assert Document == Transcript | Assessment
