"""One talk in the forms that services and people write it in."""

from __future__ import annotations

from typing import Any

TALK = [
    ("Lena Ortiz", 2.0, 5.0, "Hello, I am the doctor on call tonight."),
    ("Sam Weir", 5.8, 8.6, "My right ear has hurt since Sunday."),
    ("Lena Ortiz", 9.4, 12.0, "Have you had a fever with it?"),
    ("Sam Weir", 12.9, 16.0, "Only last night, it was gone by morning."),
]
WORDS = [
    (who, start + n * 0.3, start + n * 0.3 + 0.25, word)
    for who, start, _, text in TALK
    for n, word in enumerate(text.split())
]


def talk(
    *, speakers: bool = True, times: bool = True, kind: str = "transcript", **more: Any
) -> dict[str, Any]:
    turns = [
        [who if speakers else None, start if times else None, text] for who, start, _, text in TALK
    ]
    return {"kind": kind, "turns": turns, **more}


def rows(**keys: str) -> list[dict[str, Any]]:
    """The talk as rows; `keys`: what speaker, start, end and text are called."""
    return [
        {
            name: value
            for name, value in (
                (keys.get("speaker"), who),
                (keys.get("start"), start),
                (keys.get("end"), end),
                (keys.get("text"), text),
            )
            if name
        }
        for who, start, end, text in TALK
    ]


PLAIN = {"speaker": "speaker", "start": "start", "end": "end", "text": "text"}


def clock(seconds: float, mark: str = ".") -> str:
    return f"00:00:{int(seconds):02}{mark}{round(seconds % 1 * 1000):03}"


def cues(head: str, form: str, mark: str = ".", **more: Any) -> str:
    return head + "\n\n".join(
        form.format(n=n, who=who, text=text, start=clock(start, mark), end=clock(end, mark), **more)
        for n, (who, start, end, text) in enumerate(TALK, 1)
    )


def lines(form: str, parted: str = "\n") -> str:
    labels = {"Lena Ortiz": "A", "Sam Weir": "B"}
    return parted.join(
        form.format(n=n, who=who, letter=labels[who], text=text, at=f"00:{int(start):02}",
                    start=start, end=end)
        for n, (who, start, end, text) in enumerate(TALK, 1)
    ) + "\n"  # fmt: skip


def said(texts: list[str], who: list[str | None], **more: Any) -> dict[str, Any]:
    turns = [[name, None, text] for name, text in zip(who, texts, strict=True)]
    return {"kind": "transcript", "turns": turns, **more}


def marked(overall: list[float | None], kind: str = "assessment", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "overall": overall, **more}


NO_MARK: list[float | None] = [None, None, None]


def timed_words(scale: float, start: str, end: str, text: str, who: str | None) -> list[Any]:
    return [
        {start: round(begin * scale, 3), end: round(until * scale, 3), text: word,
         **({who: name} if who else {})}
        for name, begin, until, word in WORDS
    ]  # fmt: skip


def deepgram(name: str) -> dict[str, Any]:
    words = [
        {"word": word.lower(), "punctuated_word": word, "start": start, "end": end, "speaker": 0}
        for who, start, end, word in WORDS
        if who == name
    ]
    return {"alternatives": [{"transcript": " ".join(w["punctuated_word"] for w in words),
                              "words": words}]}  # fmt: skip


def live(final: str, whole: bool) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for n, (who, start, end, text) in enumerate(TALK):
        words = [{"word": w, "start": start + i * 0.3, "end": start + i * 0.3 + 0.2,
                  "speaker": n % 2} for i, w in enumerate(text.split())]  # fmt: skip
        for is_final, some in ((False, words[:3]), (False, words[:5]), (True, words)):
            part = {"transcript": " ".join(w["word"] for w in some), "words": some}
            if whole:
                found.append({final: is_final, "start": start, "duration": end - start,
                              "channel": {"alternatives": [part]}})  # fmt: skip
            else:
                found.append({final: is_final, "speaker": who, "start": start,
                              "end": end, "text": part["transcript"]})  # fmt: skip
    return found


def aws_items(several: bool) -> list[dict[str, Any]]:
    return [
        {"type": "pronunciation",
         "start_time": str(round(start, 2)), "end_time": str(round(end, 2)),
         "channel_label": "ch_0" if who == "Lena Ortiz" else "ch_1",
         **({"speaker_label": "spk_0"} if several else {}),
         "alternatives": [{"content": word, "confidence": "0.9"}]}
        for who, start, end, word in WORDS
    ]  # fmt: skip


TEXTGRID = 'File type = "ooTextFile"\nObject class = "TextGrid"\n'
HEAD = "Ward 7 meeting\n5 May 2025\n\nLena Ortiz started transcription\n\n"
