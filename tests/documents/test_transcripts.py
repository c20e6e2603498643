"""Every shape of a transcript arrives at the turns that were said."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from medtui.documents import Transcript, load, read
from medtui.documents.words import is_left_over

SAMPLES = Path(__file__).parent / "samples" / "transcripts"
TALK = json.loads((SAMPLES / "_talk.json").read_text())


@dataclass(frozen=True)
class Carries:
    """What a shape carries of the talk."""

    source: str
    labels: tuple[str, str] | None
    """Of the doctor and the patient; None where it tells nobody apart."""
    is_timed: bool = True
    has_words: bool = False
    is_sure: bool = False
    """Whether it says how sure the recogniser was."""
    shift: float = 0.0
    """Seconds by which its clock begins later than the talk."""


NAMES = ("Imogen Lowe", "Hal Brandt")
WORDS = {"has_words": True, "is_sure": True}
SHAPES = {
    "deepgram-utterances.json": Carries("deepgram", ("0", "1"), **WORDS),
    "deepgram-paragraphs.json": Carries("deepgram", ("0", "1"), **WORDS),
    "deepgram-words.json": Carries("deepgram", ("0", "1"), **WORDS),
    "deepgram-two-channels.json": Carries("deepgram", ("channel 0", "channel 1"), **WORDS),
    "daily-encoded-twice.json": Carries("deepgram", ("0", "1"), **WORDS),
    "wrapped-in-a-list.json": Carries("deepgram", ("0", "1"), **WORDS),
    "assemblyai.json": Carries("assemblyai", ("A", "B"), **WORDS),
    "assemblyai-words.json": Carries("assemblyai", ("A", "B"), **WORDS),
    "openai-verbose.json": Carries("openai", None, has_words=True, is_sure=True),
    "openai-diarized.json": Carries("openai", NAMES),
    "openai-whisper.json": Carries("whisper", None, **WORDS),
    "whisper-cpp.json": Carries("whisper.cpp", None, **WORDS),
    "whisperx.json": Carries("whisperx", ("SPEAKER_00", "SPEAKER_01"), **WORDS),
    "aws-segments.json": Carries("aws", ("spk_0", "spk_1"), **WORDS),
    "aws-items.json": Carries("aws", ("spk_0", "spk_1"), **WORDS),
    "google-v2.json": Carries("google", ("1", "2"), has_words=True),
    "google-v1.json": Carries("google", ("1", "2"), has_words=True),
    "azure-batch.json": Carries("azure-batch", ("1", "2"), **WORDS),
    "azure-fast.json": Carries("azure-fast", ("1", "2"), has_words=True, is_sure=True),
    "speechmatics.json": Carries("speechmatics", ("S1", "S2"), **WORDS),
    "rev-ai.json": Carries("rev.ai", ("0", "1"), **WORDS),
    "elevenlabs.json": Carries("elevenlabs", ("speaker_0", "speaker_1"), **WORDS),
    "gladia.json": Carries("gladia", ("0", "1"), **WORDS),
    "otter-milliseconds.json": Carries("otter", NAMES),
    "otter-samples.json": Carries("otter", NAMES),
    "zoom.vtt": Carries("vtt", NAMES),
    "teams.vtt": Carries("vtt", NAMES),
    "teams-metadata.vtt": Carries("teams", NAMES),
    "teams-metadata.json": Carries("teams", NAMES, shift=0.8),
    "talk.srt": Carries("srt", NAMES),
    "cues-as-json.json": Carries("plain", NAMES),
    "roles.json": Carries("plain", ("candidate", "actor"), is_timed=False),
    "messages.json": Carries("plain", NAMES, is_timed=False),
    "text-in-json.json": Carries("plain", ("Doctor", "Patient"), is_timed=False),
    "numbers-as-strings.json": Carries("plain", ("doctor", "patient"), is_sure=True),
    "milliseconds-untold.json": Carries("plain", ("doctor", "patient")),
    "bare-words.json": Carries("plain", ("doctor", "patient"), has_words=True),
    "lines.jsonl": Carries("plain", ("doctor", "patient")),
}


def transcript(name: str) -> Transcript:
    document = read(load(SAMPLES / name))
    assert isinstance(document, Transcript)
    return document


def test_every_sample_is_in_the_table() -> None:
    names = {path.name for path in SAMPLES.iterdir() if not path.name.startswith("_")}
    assert names == {*SHAPES, "talk.txt"}


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_arrives_at_its_turns(name: str) -> None:
    carries, found = SHAPES[name], transcript(name)
    assert found.source == carries.source
    assert [turn.text for turn in found.turns] == [turn["text"] for turn in TALK["turns"]]
    labels = carries.labels or (None, None)
    speakers = [labels[turn["speaker"] == "patient"] for turn in TALK["turns"]]
    assert [turn.speaker for turn in found.turns] == speakers
    for turn, said in zip(found.turns, TALK["turns"], strict=True):
        if carries.is_timed:
            assert turn.start == pytest.approx(said["start"] - carries.shift, abs=0.011)
            assert turn.end == pytest.approx(said["end"] - carries.shift, abs=0.011)
        else:
            assert turn.start is None
            assert turn.end is None
        assert (turn.confidence is not None) == carries.is_sure
        if turn.confidence is not None:
            assert 0.5 < turn.confidence < 1
        assert len(turn.words) == (len(said["text"].split()) if carries.has_words else 0)
    assert all(is_left_over(note) for note in found.notes)


@pytest.mark.parametrize("name", [name for name, carries in SHAPES.items() if carries.is_timed])
def test_the_duration_is_about_the_talks(name: str) -> None:
    assert transcript(name).duration == pytest.approx(TALK["duration"], abs=2)


@pytest.mark.parametrize("name", [name for name, carries in SHAPES.items() if carries.has_words])
def test_words_have_their_times(name: str) -> None:
    turn = transcript(name).turns[1]
    timed = [word for word in turn.words if word.start is not None]
    assert len(timed) > len(turn.words) / 2
    starts = [word.start for word in timed]
    assert starts == sorted(starts)
    assert timed[0].text.strip(".,").lower() == "my"
    assert all(turn.start <= word.start <= word.end <= turn.end + 0.01 for word in timed)


def test_a_text_file_has_names_and_times_before_its_lines() -> None:
    found = transcript("talk.txt")
    assert [turn.text for turn in found.turns] == [turn["text"] for turn in TALK["turns"]]
    assert [turn.speaker for turn in found.turns] == ["Doctor", "Patient"] * 2 + ["Doctor"]
    assert found.turns[0].start == pytest.approx(0.8)


def as_read(data: object) -> Transcript:
    document = read(json.dumps(data).encode())
    assert isinstance(document, Transcript)
    return document


def segment(text: str, speaker: object, start: float, end: float) -> dict[str, object]:
    return {"text": text, "speaker": speaker, "start": start, "end": end}


def test_a_turn_that_the_diariser_cut_in_two_is_one() -> None:
    found = as_read(
        {"segments": [segment("I am", "A", 1, 2), segment("sorry.", "A", 2.4, 3),
                      segment("Oh.", "B", 3.5, 4), segment("Yes.", "B", 20, 21)]}
    )  # fmt: skip
    assert [(turn.speaker, turn.text) for turn in found.turns] == [
        ("A", "I am sorry."),
        ("B", "Oh."),
        ("B", "Yes."),
    ]
    assert (found.turns[0].start, found.turns[0].end) == (1, 3)


def test_segments_without_a_speaker_stay_apart() -> None:
    found = as_read({"segments": [segment("One.", None, 1, 2), segment("Two.", "UU", 2, 3)]})
    assert [(turn.speaker, turn.text) for turn in found.turns] == [(None, "One."), (None, "Two.")]


@pytest.mark.parametrize("unit", [1, 1_000, 16_000])
@pytest.mark.parametrize("duration", [60, None])
def test_the_unit_of_times_is_told_by_what_fits(unit: int, duration: float | None) -> None:
    rows = [
        segment("and then I went to see somebody", "ab"[n % 2], n * 3 * unit, (n * 3 + 2) * unit)
        for n in range(20)
    ]
    found = as_read({"segments": rows, "duration": duration})
    assert found.turns[-1].start == pytest.approx(57)
    assert found.turns[-1].end == pytest.approx(59)


def test_a_word_without_a_speaker_belongs_to_the_speaker_around_it() -> None:
    words = [
        {"word": word, "start": n, "end": n + 0.9, "speaker": who}
        for n, (word, who) in enumerate(
            [("so", 0), ("how", None), ("are", 0), ("you", None), ("fine", 1), ("thanks", 1)]
        )
    ]
    channels = [{"alternatives": [{"words": words}]}]
    found = as_read({"results": {"channels": channels}})
    assert [(turn.speaker, turn.text) for turn in found.turns] == [
        ("0", "so how are"),
        (None, "you"),
        ("1", "fine thanks"),
    ]


def test_a_monologue_without_end_is_cut_where_sentences_end() -> None:
    text = "This goes on and on. " * 2000
    found = as_read({"segments": [segment(text, "A", 0, 9000)]})
    assert len(found.turns) > 4
    assert all(turn.text.endswith("on.") for turn in found.turns)
    assert " ".join(turn.text for turn in found.turns) == text.strip()


def test_google_leaves_out_what_is_zero() -> None:
    words = [{"word": "Hi", "endOffset": "0.4s"}, {"word": "you", "startOffset": "0.5s"}]
    found = as_read({"results": [{"alternatives": [{"words": words}]}]})
    assert found.turns[0].start == 0


def test_google_repeats_the_first_words_with_their_speakers() -> None:
    first = [{"word": "Hello,", "startTime": "0s", "endTime": "0.4s"}]
    again = [
        {"word": word, "startTime": f"{n}s", "endTime": f"{n}.400s", "speakerTag": tag}
        for n, (word, tag) in enumerate([("hello,", 1), ("good", 2), ("morning.", 2)])
    ]
    found = as_read({"results": [{"alternatives": [{"words": part}]} for part in (first, again)]})
    assert [(turn.speaker, turn.text) for turn in found.turns] == [
        ("1", "hello,"),
        ("2", "good morning."),
    ]


def test_the_turn_under_way_at_a_time() -> None:
    found = transcript("deepgram-utterances.json")
    assert [found.at(seconds) for seconds in (0, 0.8, 6.0, 7, 12, 1000)] == [0, 0, 0, 1, 2, 4]
    assert transcript("roles.json").at(5) is None


def test_an_unknown_shape_gives_what_text_there_is_and_says_so() -> None:
    found = as_read({"a": {"b": [{"zz": "How are you today?"}, {"id": "x91-22"}]}, "n": 4})
    assert [turn.text for turn in found.turns] == ["How are you today?"]
    assert found.source == "unknown"
    assert "not known" in found.notes[0]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("speechmatics.json", ["results"]),
        ("google-v2.json", ["results"]),
        ("rev-ai.json", ["monologues"]),
        ("azure-batch.json", ["recognizedPhrases"]),
        ("azure-fast.json", ["phrases"]),
        ("whisper-cpp.json", ["transcription"]),
        ("assemblyai.json", ["utterances"]),
        ("deepgram-utterances.json", ["results", "utterances"]),
        ("gladia.json", ["result", "transcription", "utterances"]),
        ("openai-diarized.json", ["segments"]),
    ],
)
def test_a_bare_list_where_an_object_was_expected(name: str, path: list[str]) -> None:
    data = json.loads((SAMPLES / name).read_text())
    for key in path:
        data = data[key]
    found, whole = as_read(data), transcript(name)
    assert [turn.as_json() for turn in found.turns] == [turn.as_json() for turn in whole.turns]


@pytest.mark.parametrize("name", [name for name in SHAPES if name.endswith(".json")])
def test_numbers_in_strings_and_nulls_change_nothing(name: str) -> None:
    def spoilt(value: object) -> object:
        if isinstance(value, dict):
            return {key: spoilt(part) for key, part in value.items()} | {"nothing": None}
        if isinstance(value, list):
            return [spoilt(part) for part in value]
        return str(value) if isinstance(value, (int, float)) and value is not True else value

    data = json.loads((SAMPLES / name).read_text())
    if isinstance(data, str):
        data = json.loads(data)
    found, whole = as_read(spoilt(data)), transcript(name)
    assert [turn.as_json() for turn in found.turns] == [turn.as_json() for turn in whole.turns]


def test_a_colon_does_not_make_a_name() -> None:
    cues = "".join(
        f"00:00:0{n}.000 --> 00:00:0{n}.900\n{text}\n\n"
        for n, text in enumerate(["Hello there.", "One thing: I am sorry.", "Thank you.", "Bye."])
    )
    found = read(b"WEBVTT\n\n" + cues.encode())
    assert isinstance(found, Transcript)
    assert [turn.speaker for turn in found.turns] == [None] * 4
    assert found.turns[1].text == "One thing: I am sorry."


@pytest.mark.parametrize(
    "cue",
    [
        "<v Dr Lowe>Any pain?</v>\n<v Mrs Ellis>None.</v>",
        "<v Dr Lowe>Any pain?</v> <v.loud Mrs Ellis>None.",
        "Dr Lowe: Any\npain?\nMrs Ellis: None.",
    ],
)
def test_a_cue_of_two_voices_is_two_turns(cue: str) -> None:
    name = "<v Mrs Ellis>" if cue.startswith("<v") else "Mrs Ellis: "
    text = f"WEBVTT\n\n00:01.000 --> 00:04.000\n{cue}\n\n00:05.000 --> 00:06.000\n{name}Well.\n"
    found = read(text.encode())
    assert isinstance(found, Transcript)
    assert [(turn.speaker, turn.text) for turn in found.turns] == [
        ("Dr Lowe", "Any pain?"),
        ("Mrs Ellis", "None. Well."),
    ]


def test_entities_in_captions_are_what_they_stand_for() -> None:
    cue = "<v Lowe &amp; Co>Less &lt;b&gt; than 3 &amp; more&#27;[31m, Q&A, AT&TIMES"
    found = read(f"WEBVTT\n\n00:01.000 --> 00:04.000\n{cue}\n".encode())
    assert isinstance(found, Transcript)
    assert found.turns[0].speaker == "Lowe & Co"
    assert found.turns[0].text == "Less <b> than 3 & more[31m, Q&A, AT&TIMES"
    srt = read(b"1\n00:00:01,000 --> 00:00:04,000\nA &amp; B\n")
    assert isinstance(srt, Transcript)
    assert srt.turns[0].text == "A & B"


def test_lines_without_a_name_go_on_with_the_last() -> None:
    found = read(b"Doctor: Hello.\nHow are you?\nToday?\n\nPatient: Well.\nDoctor: Good.\n")
    assert isinstance(found, Transcript)
    assert [(turn.speaker, turn.text) for turn in found.turns] == [
        ("Doctor", "Hello. How are you? Today?"),
        ("Patient", "Well."),
        ("Doctor", "Good."),
    ]


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("**Doctor:** Any pain?\n\n**Patient:** None.\n", (None, None)),
        ("**Doctor**: Any pain?\n\n**Patient**: None.\n", (None, None)),
        ("Doctor  0:03\nAny pain?\n\nPatient  0:09\nNone.\n", (3, 9)),
        ("[Doctor] 10:00:01\nAny\npain?\n\n[Patient] 10:00:05\nNone.\n", (0, 4)),
        ("[00:01 - 00:04] Doctor: Any pain?\n[00:04 --> 00:06] Patient: None.\n", (1, 4)),
    ],
)
def test_names_in_a_text_as_others_write_them(
    text: str, starts: tuple[float | None, float | None]
) -> None:
    found = read(text.encode())
    assert isinstance(found, Transcript)
    assert [(turn.speaker, turn.text) for turn in found.turns] == [
        ("Doctor", "Any pain?"),
        ("Patient", "None."),
    ]
    assert tuple(turn.start for turn in found.turns) == starts


def test_a_line_that_ends_with_a_time_is_no_name() -> None:
    for text in (
        "I got up at 8:30\nIt hurt.\nThe pain began at 9:15\nIt was bad.\n",
        "Breakfast 8:30\nLunch 12:15\nNothing else.\n",
        "Breakfast 8:30\nNothing else.\nLunch 12:15\n",
    ):
        found = read(text.encode())
        assert isinstance(found, Transcript)
        assert [turn.text for turn in found.turns] == text.splitlines()
        assert not found.speakers


def test_recognised_captions_of_youtube_are_joined_and_typed_ones_have_names() -> None:
    found = read((SAMPLES.parent / "families" / "talk.json3").read_bytes())
    assert isinstance(found, Transcript)
    assert [(turn.start, turn.text) for turn in found.turns] == [
        (2.0, "hello I am the doctor"),
        (5.4, "my right ear hurts"),
    ]
    events = [
        {"tStartMs": 1000, "dDurationMs": 1500, "segs": [{"utf8": "Ann: Any pain?"}]},
        {"tStartMs": 3000, "dDurationMs": 1200, "segs": [{"utf8": "Bo: None\nat all."}]},
    ]
    typed = read(json.dumps({"wireMagic": "pb3", "events": events}).encode())
    assert isinstance(typed, Transcript)
    assert [(turn.speaker, turn.start, turn.end, turn.text) for turn in typed.turns] == [
        ("Ann", 1.0, 2.5, "Any pain?"),
        ("Bo", 3.0, 4.2, "None at all."),
    ]


@pytest.mark.parametrize("form", ["utterances", "words"])
def test_channels_in_which_several_speak_name_both(form: str) -> None:
    said = [(0, 0, 1.0, "Hello."), (0, 1, 2.5, "Nurse."), (1, 0, 4.0, "Ow."), (0, 0, 5.5, "Bye.")]
    utterances = [
        {"channel": channel, "speaker": who, "start": at, "end": at + 0.4, "transcript": text}
        for channel, who, at, text in said
    ]
    words = [
        [{"word": text, "speaker": who, "start": at, "end": at + 0.4}
         for in_channel, who, at, text in said if in_channel == channel]
        for channel in (0, 1)
    ]  # fmt: skip
    results: dict[str, Any] = {"utterances": utterances}
    if form == "words":
        results = {"channels": [{"alternatives": [{"words": mine}]} for mine in words]}
    found = read(json.dumps({"results": results}).encode())
    assert isinstance(found, Transcript)
    assert [(turn.speaker, turn.text) for turn in found.turns] == [
        ("channel 0, speaker 0", "Hello."),
        ("channel 0, speaker 1", "Nurse."),
        ("channel 1", "Ow."),
        ("channel 0, speaker 0", "Bye."),
    ]
