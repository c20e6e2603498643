"""Small files of mixed conventions: other languages, odd nesting, encodings, cut ends."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

ASKED, TOLD, SINCE = "Where does it hurt?", "In the left knee.", "Since when?"
GERMAN = [["Arzt", 1.0, "Wo tut es weh?"], ["Patientin", 3.0, "Im linken Knie."]]
TIMED = [["Lowe", 1.0, ASKED], ["Brandt", 3.0, TOLD]]
TWO = [["Lowe", None, ASKED], ["Brandt", None, TOLD]]
THREE = [*TWO, ["Lowe", None, SINCE]]


class Case(NamedTuple):
    """A file, the turns that it must give, and what must be said in notes or beside them."""

    data: Any
    turns: list[list[Any]]
    said: tuple[str, ...] = ()
    encoding: str = "utf-8"

    @property
    def content(self) -> bytes:
        data = self.data if isinstance(self.data, str) else json.dumps(self.data)
        return data.encode(self.encoding)


def row(speaker: str, text: str, **more: Any) -> dict[str, Any]:
    return {"speaker": speaker, "text": text, **more}


CASES: dict[str, Case] = {
    "SRT in UTF-16 with CRLF, German": Case(
        "1\r\n00:00:01,000 --> 00:00:02,500\r\nArzt: Wo tut es weh?\r\n\r\n"
        "2\r\n00:00:03,000 --> 00:00:04,200\r\nPatientin: Im linken Knie.\r\n",
        GERMAN, encoding="utf-16",
    ),
    "German keys": Case(
        {"gespräch": [{"sprecher": "Arzt", "zeit": "00:00:01", "text": "Wo tut es weh?"},
                      {"sprecher": "Patientin", "zeit": "00:00:03", "text": "Im linken Knie."}]},
        GERMAN,
    ),
    "CSV with semicolons and decimal commas": Case(
        "Beginn;Ende;Sprecher;Text\n1,0;2,5;Arzt;Wo tut es weh?\n"
        "3,0;4,2;Patientin;Im linken Knie.\n",
        GERMAN,
    ),
    "French spacing before colons": Case(
        "Médecin : Où avez-vous mal ?\nPatiente : Au genou gauche.\nMédecin : Depuis quand ?\n",
        [["Médecin", None, "Où avez-vous mal ?"], ["Patiente", None, "Au genou gauche."],
         ["Médecin", None, "Depuis quand ?"]],
    ),
    "Arabic": Case(
        "الطبيب: أين يؤلمك؟\nالمريضة: في الركبة اليسرى.\n",
        [["الطبيب", None, "أين يؤلمك؟"], ["المريضة", None, "في الركبة اليسرى."]],
    ),
    "Latin-1": Case(
        "Médico: ¿Dónde le duele?\nSeñora Núñez: En la rodilla.\n",
        [["Médico", None, "¿Dónde le duele?"], ["Señora Núñez", None, "En la rodilla."]],
        ("not in UTF-8",), encoding="latin-1",
    ),
    "VTT with notes, a style and a title of a cue": Case(
        "WEBVTT - Monday\n\nNOTE by the host\n\nintro\n00:01.000 --> 00:02.500\n<v Lowe>"
        f"{ASKED}\n\n00:03.000 --> 00:04.200\n<v Brandt><i>{TOLD}</i>\n",
        TIMED, ("Monday", "by the host", "intro"),
    ),
    "VTT in UTF-16 with its high byte first": Case(
        f"\ufeffWEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\nLowe: {ASKED}\r\n\r\n"
        f"00:03.000 --> 00:04.000\r\nBrandt: {TOLD}\r\n",
        TIMED, encoding="utf-16-be",
    ),
    "deep nesting, times as from and to": Case(
        {"meeting": {"parts": [{"part": 7, "talk": {"entries": [
            {"participant": {"displayName": "Lowe"}, "speech": {"content": ASKED},
             "when": {"from": "PT1S", "to": "PT2.5S"}},
            {"participant": {"displayName": "Brandt"}, "speech": {"content": TOLD},
             "when": {"from": "PT3S", "to": "PT4.2S"}}]}}]}},
        TIMED, ("7",),
    ),
    "times as from and to under another key": Case(
        [row("Lowe", ASKED, span={"from": 1.0, "to": 2.5}),
         row("Brandt", TOLD, span={"from": 3.0, "to": 4.2})],
        TWO, ("times that are not understood",),
    ),
    "rows under numbers": Case(
        {"10": row("Lowe", SINCE), "2": row("Brandt", TOLD), "1": row("Lowe", ASKED)}, THREE
    ),
    "rows under identifiers": Case(
        {"chats": {"-Nx1": {"from": "Lowe", "message": ASKED, "at": 1731412800000},
                   "-Nx2": {"from": "Brandt", "message": TOLD}}},
        TWO, ("1731412800000",),
    ),
    "speakers as keys of lists": Case(
        {"Lowe": [ASKED, SINCE], "Brandt": [TOLD]},
        [[None, None, ASKED], [None, None, SINCE], [None, None, TOLD]],
        ("not known", "“Lowe”, “Brandt”"),
    ),
    "speakers as keys of rows": Case(
        [{"Lowe": ASKED}, {"Brandt": TOLD}, {"Lowe": SINCE}], THREE, ("names of the speakers",)
    ),
    "pairs": Case([["Lowe", ASKED], ["Brandt", TOLD], ["Lowe", SINCE]], THREE, ("each pair",)),
    "a list for each key": Case(
        {"speakers": ["Lowe", "Brandt"], "texts": [ASKED, TOLD], "starts": [1.0, 3.0],
         "moods": ["calm", "tired"]},
        TIMED, ("calm", "tired"),
    ),
    "TSV with a BOM and CRLF, milliseconds": Case(
        f"\ufeffstart\tend\tspeaker\ttext\r\n1000\t2500\tLowe\t{ASKED}\r\n3000\t4200\tBrandt\t{TOLD}\r\n",
        TIMED,
    ),
    "a table of Markdown": Case(
        "| Time | Speaker | Text |\n|-----:|:-------|------|\n"
        f"| 00:01 | Lowe | {ASKED} |\n| 00:03 | Brandt | {TOLD} |\n",
        TIMED,
    ),
    "VTT within JSON": Case(
        {"vtt": f"WEBVTT\n\n00:01.000 --> 00:02.000\nLowe: {ASKED}\n\n"
                f"00:03.000 --> 00:04.000\nBrandt: {TOLD}\n", "ward": "seven"},
        TIMED, ("seven",),
    ),
    "keys that come twice": Case(
        f'{{"turns": {json.dumps([row("Lowe", "Good morning."), row("Brandt", "Hello there.")])},'
        f' "turns": {json.dumps([row("Lowe", ASKED), row("Brandt", TOLD)])}}}',
        TWO, ("Good morning.", "Hello there."),
    ),
    "YAML": Case(
        f"- speaker: Lowe\n  start: 1.0\n  text: {ASKED}\n  mood: calm\n"
        f"- speaker: Brandt\n  start: 3.0\n  text: {TOLD}\n",
        TIMED, ("calm",),
    ),
    "lines with dashes": Case(f"- Lowe: {ASKED}\n- Brandt: {TOLD}\n- Lowe: {SINCE}\n", THREE),
    "carriage returns alone": Case(f"Lowe: {ASKED}\rBrandt: {TOLD}\rLowe: {SINCE}\r", THREE),
    "a chat of one day": Case(
        f"[12/11/2025, 14:03:21] Lowe: {ASKED}\n[12/11/2025, 14:03:29] Brandt: {TOLD}\n"
        f"[12/11/2025, 14:03:40] Lowe: {SINCE}\n",
        [["Lowe", 0.0, ASKED], ["Brandt", 8.0, TOLD], ["Lowe", 19.0, SINCE]],
        ("since the first message", "12/11/2025, 14:03:21"),
    ),
    "a chat around noon, with messages of two lines": Case(
        f"\u200e[11/12/25, 11:59:50\u202fAM] Lowe: {ASKED}\n"
        "[11/12/25, 12:00:10 PM] Brandt: In the\nleft knee.\n",
        [["Lowe", 0.0, ASKED], ["Brandt", 20.0, TOLD]], ("11/12/25",),
    ),
    "a chat of two days": Case(
        f"12.11.25, 23:58 - Lowe: {ASKED}\n12.11.25, 23:59 - Brandt: {TOLD}\n"
        f"13.11.25, 00:01 - Lowe: {SINCE}\n",
        THREE, ("several days", "12.11.25, 23:58", "13.11.25, 00:01"),
    ),
    "events, one of them cut": Case(
        f"data: {json.dumps(row('Lowe', ASKED))}\n\ndata: {json.dumps(row('Brandt', TOLD))}\n\n"
        'data: {"speaker": "Lowe", "text": "Since\n\ndata: [DONE]\n',
        TWO, ("Since",),
    ),
    "JSON Lines whose last is cut": Case(
        f'{json.dumps(row("Lowe", ASKED))}\n{json.dumps(row("Brandt", TOLD))}\n{{"speaker": "Lo',
        TWO, ('{"speaker": "Lo',),
    ),
    "a list within prose": Case(
        f"Here it is:\n\n{json.dumps([row('Lowe', ASKED), row('Brandt', TOLD)])}\n\n"
        "More to come.\n",
        TWO, ("Here it is: More to come.",),
    ),
    "JSON in UTF-16 without a BOM": Case(
        [{"who": "Lowe", "said": ASKED}, {"who": "Brandt", "said": TOLD}], TWO,
        encoding="utf-16-le",
    ),
}  # fmt: skip
