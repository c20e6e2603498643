"""Two more files of each kind of talk in samples/faults: other names, nesting and units."""

from __future__ import annotations

import json
from typing import Any

from tests.documents.talk_forms import (
    HEAD,
    NO_MARK,
    PLAIN,
    TALK,
    TEXTGRID,
    WORDS,
    aws_items,
    clock,
    cues,
    deepgram,
    lines,
    live,
    marked,
    rows,
    said,
    talk,
    timed_words,
)

Variant = tuple[Any, dict[str, Any]]

TALKS: dict[str, list[Variant]] = {
    "pain-score.txt": [
        ("On a scale, I would score it 8/10 at night.\nAnd in the morning?\nThen it is 3/10.\n",
         said(["On a scale, I would score it 8/10 at night.", "And in the morning?",
               "Then it is 3/10."], [None] * 3)),
        ("My blood pressure was 156/100 at home.\nThat is high.\nThe total was 20/40 last year.\n",
         said(["My blood pressure was 156/100 at home.", "That is high.",
               "The total was 20/40 last year."], [None] * 3)),
    ],
    "overall-of-a-domain.txt": [
        ("A calm talk overall. Listening 2/5, closing 4/5. Sum up at the end.",
         marked(NO_MARK, "assessment-or-transcript")),
        ("In total a good station: opening 3/3, plan 1/3.",
         marked(NO_MARK, "assessment-or-transcript")),
    ],
    "zoom-names.txt": [
        ("[Öz Ünal] 09:10:00\nNasılsınız?\n\n[가은] 09:10:04\n안녕하세요.\n",
         {"kind": "transcript", "exact": True, "turns": [
             ["Öz Ünal", 0, "Nasılsınız?"], ["가은", 4, "안녕하세요."]]}),
        ("[Иван] 00:05\nГде болит?\n\n[мария] 00:09\nВ колене.\n",
         {"kind": "transcript", "exact": True, "turns": [
             ["Иван", 5, "Где болит?"], ["мария", 9, "В колене."]]}),
    ],
    "whisperx.srt": [
        (cues("WEBVTT\n\n", "{start} --> {end}\n[{who}]: {text}"), talk()),
        (cues("", "{n}\n{start} --> {end}\n({who}) {text}", ","), talk()),
    ],
    "bracket-names.txt": [
        (lines("[{who}]: {text}"), talk(times=False)),
        (lines("<{who}> {text}"), talk(times=False)),
    ],
    "webex.vtt": [
        (cues("WEBVTT\n\n", '{n} "{who}" (12)\n{start} --> {end}\n{text}'), talk(exact=True)),
        (cues("WEBVTT\n\n", "{who}\n{start} --> {end}\n{text}"), talk(exact=True)),
    ],
    "numbered.txt": [
        (lines("{n}. {who}: {text}"), talk(times=False)),
        (lines("{n}) [{who}] {text}"), talk(times=False)),
    ],
    "rev.txt": [
        (lines("{who} ({at}):\n{text}", "\n\n"), talk(tol=1.1)),
        (lines("{at} {who}\n{text}", "\n\n"), talk(tol=1.1)),
    ],
    "teams-docx.txt": [
        (HEAD + lines("{who}   {at}\n{text}", "\n\n") + "\nLena Ortiz stopped transcription\n",
         talk(kind="transcript-has", tol=1.1)),
        ("Interview\n\n" + lines("{who}  {at}\n{text}", "\n\n") + "\nTranscribed by Otter\n",
         talk(kind="transcript-has", tol=1.1)),
    ],
    "wide-colon.txt": [
        ("医師：こんにちは。\n患者：頭が痛いです。\n医師：いつからですか。\n",
         said(["こんにちは。", "頭が痛いです。", "いつからですか。"], ["医師", "患者", "医師"],
              exact=True)),
        ("의사: 어디가 아프세요?\n환자: 배가 아파요.\n의사: 네.\n",
         said(["어디가 아프세요?", "배가 아파요.", "네."], ["의사", "환자", "의사"], exact=True)),
    ],
    "minutes.json": [
        ({"audio": {"name": "x"}, "duration": 0.27, "utterances": rows(**PLAIN)}, talk()),
        ({"meeting": {"length": 0.27, "rows": rows(**PLAIN)}}, talk()),
    ],
    "vapi.json": [
        ({"call": {"messages": [
            {"role": who, "message": text, "time": 1763567216000 + start * 1000,
             "secondsFromStart": start} for who, start, _, text in TALK]}},
         talk(kind="transcript-has")),
        ([{"from": who, "body": text, "timestamp": 1763567216000 + (start - 2) * 1000}
          for who, start, _, text in TALK],
         {"kind": "transcript",
          "turns": [[who, start - 2, text] for who, start, _, text in TALK]}),
    ],
    "recall.json": [
        ({"transcript": [
            {"participant": {"id": n % 2, "name": who}, "words": [
                {"text": word, "start_timestamp": {"relative": start + i / 5},
                 "end_timestamp": {"relative": start + i / 5 + 0.1}}
                for i, word in enumerate(text.split())]}
            for n, (who, start, _, text) in enumerate(TALK)]}, talk(exact=True)),
        ([{"speaker": who, "words": [{"word": word, "start": start + i / 5, "end": start + i / 5}
                                     for i, word in enumerate(text.split())]}
          for who, start, _, text in TALK], talk(exact=True)),
    ],
    "convai.json": [
        ({"history": {"transcript": [
            {"role": who, "message": text, "time_in_call_secs": int(start)}
            for who, start, _, text in TALK]}}, talk(tol=1.1)),
        ({"events": [{"role": who, "content": text, "start_seconds": start}
                     for who, start, _, text in TALK]}, talk()),
    ],
    "hf-chunks.json": [
        ({"text": " ".join(t for *_, t in TALK), "chunks": [
            {"timestamp": [start, None], "text": text} for _, start, _, text in TALK]},
         talk(speakers=False)),
        ({"outputs": [{"chunks": [{"timestamp": [start, end], "text": text, "speaker": who}
                                  for who, start, end, text in TALK]}]}, talk()),
    ],
    "pascal.json": [
        (rows(speaker="SPEAKER", start="START", end="END", text="TEXT"), talk()),
        ({"Rows": rows(speaker="Speaker Name", start="Start Time", end="End Time", text="Text")},
         talk()),
    ],
    "healthscribe.json": [
        ({"Result": {"Conversation": {"TranscriptSegments": [
            {"BeginAudioTime": start, "EndAudioTime": end, "Content": text,
             "ParticipantDetails": {"ParticipantRole": who}}
            for who, start, end, text in TALK]}}}, talk()),
        ({"visit": {"segments": [
            {"begin_audio_time": start, "end_audio_time": end, "content": text,
             "participant_details": {"participant_role": who}}
            for who, start, end, text in TALK]}}, talk()),
    ],
    "fireflies.json": [
        ({"data": {"transcripts": [{"sentences": [
            {"speaker_name": who, "text": text, "raw_text": text.lower(), "start_time": start,
             "end_time": end} for who, start, end, text in TALK]}]}}, talk()),
        ({"meeting": {"sentences": rows(speaker="speakerName", start="startTime", end="endTime",
                                        text="sentence")}}, talk()),
    ],
    "dg-two-channels.json": [
        ({"results": {"channels": [deepgram("Lena Ortiz"), deepgram("Sam Weir")]}}, talk()),
        ({"results": {"utterances": [
            {"channel": n % 2, "speaker": 0, "start": start, "end": end, "transcript": text}
            for n, (_, start, end, text) in enumerate(TALK)]}}, talk()),
    ],
    "aws-channels.json": [
        ({"results": {"items": aws_items(False)}}, talk()),
        ({"results": {"items": aws_items(True), "channel_labels": {}}}, talk()),
    ],
    "deepgram-live.jsonl": [
        ("\n".join(map(json.dumps, live("is_final", True))), talk()),
        (live("isFinal", False), talk()),
    ],
    "in-a-row.json": [
        ("\n".join(json.dumps(row) for row in rows(**PLAIN)), talk()),
        (",\n".join(json.dumps(row, indent=2) for row in rows(**PLAIN)), talk()),
    ],
    "comment.json": [
        (")]}'\n" + json.dumps({"turns": rows(**PLAIN)}), talk()),
        ("/* made\n by hand */\ncallback(" + json.dumps(rows(**PLAIN)) + ");", talk()),
    ],
    "whisper.tsv": [
        ("start\tend\tspeaker\ttext\n" + "".join(
            f"{int(s * 1000)}\t{int(e * 1000)}\t{who}\t{text}\n" for who, s, e, text in TALK),
         talk()),
        ("Speaker,Start,Text\n" + "".join(f'{who},{s},"{text}"\n' for who, s, _, text in TALK),
         talk()),
    ],
    "meet.sbv": [
        (cues("", "{start},{end}\n{who}: {text}"), talk()),
        (cues("", "{start},{end}\n{text}"), talk(speakers=False)),
    ],
    "praat.TextGrid": [
        (TEXTGRID + "\n0\n20\n<exists>\n2\n" + "".join(
            f'"IntervalTier"\n"{name}"\n0\n20\n2\n' + "".join(
                f'{s}\n{e}\n"{text}"\n' for who, s, e, text in TALK if who == name)
            for name in ("Lena Ortiz", "Sam Weir")), talk(exact=True)),
        (TEXTGRID + '\nxmin = 0\nxmax = 9\ntiers? <exists>\nsize = 1\nitem []:\n    item [1]:\n'
         '        class = "IntervalTier"\n        name = "Nurse 2"\n        xmin = 0\n'
         '        xmax = 9\n        intervals: size = 1\n        intervals [1]:\n'
         '            xmin = 1\n            xmax = 3\n'
         '            text = "She said ""no"": 5 = 5?"\n',
         {"kind": "transcript", "exact": True, "verbatim": True,
          "turns": [["Nurse 2", 1.0, 'She said "no": 5 = 5?']]}),
    ],
    "no-numbers.srt": [
        (cues("", "{start} --> {end}\n{who}: {text}"), talk()),
        (cues("", "{start}   -->   {end}  X1:0\n<i>{who}: {text}</i>", ","), talk()),
    ],
    "rolling.vtt": [
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nHave you had\n\n"
         "00:02.000 --> 00:03.000\nHave you had\n"
         "a fever since\n\n00:03.000 --> 00:04.000\na fever since\nMonday or so?\n",
         {"kind": "text", "text": "Have you had a fever since Monday or so?"}),
        ("1\n00:00:01,000 --> 00:00:02,000\nMy knee hurts\n\n2\n00:00:02,000 --> 00:00:03,000\n"
         "My knee hurts when I walk\n\n3\n"
         "00:00:03,000 --> 00:00:04,000\nwhen I walk up the stairs\n",
         {"kind": "text", "text": "My knee hurts when I walk up the stairs"}),
    ],
    "entities.srt": [
        ("1\n00:00:01,000 --> 00:00:02,000\n{\\an2}{\\pos(1,2)}A &lt; B &quot;now&quot;\n",
         {"kind": "transcript", "verbatim": True, "turns": [[None, 1.0, 'A < B "now"']]}),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nEar&nbsp;drops &#x26; rest\n",
         {"kind": "transcript", "verbatim": True, "turns": [[None, 1.0, "Ear drops & rest"]]}),
    ],
    "first-cue.vtt": [
        ("WEBVTT\n\n" + "\n\n".join(
            f"{clock(s)} --> {clock((s + e) / 2)}\n{who}: {' '.join(text.split()[:3])}\n\n"
            f"{clock((s + e) / 2)} --> {clock(e)}\n{' '.join(text.split()[3:])}"
            for who, s, e, text in TALK), talk()),
        ("\n\n".join(
            f"{2 * n}\n{clock(s, ',')} --> {clock(s + 1, ',')}\n>> {who}: {text.split()[0]}\n\n"
            f"{2 * n + 1}\n{clock(s + 1, ',')} --> {clock(e, ',')}\n{' '.join(text.split()[1:])}"
            for n, (who, s, e, text) in enumerate(TALK)), talk()),
    ],
    "ibm.json": [
        ({"results": [{"final": True, "alternatives": [{"transcript": text, "timestamps": [
            [word, s + i / 5, s + i / 5 + 0.1] for i, word in enumerate(text.split())]}]}
            for _, s, _, text in TALK],
          "speaker_labels": [{"from": s, "to": e, "speaker": n % 2}
                             for n, (_, s, e, _) in enumerate(TALK)]}, talk()),
        ({"results": [{"alternatives": [{"timestamps": [[w, s, e] for _, s, e, w in WORDS]}]}],
          "speaker_labels": [{"from": s, "to": e, "speaker": who} for who, s, e, _ in WORDS]},
         talk()),
    ],
    "paragraphs.json": [
        ({"words": timed_words(1, "start", "end", "word", None),
          "speakers": [{"start": s, "end": e, "name": who} for who, s, e, _ in TALK]}, talk()),
        ({"transcript": {"words": timed_words(1, "start_time", "end_time", "text", None),
                         "diarization": [{"start_time": s, "end_time": e, "speaker": who}
                                         for who, s, e, _ in TALK]}}, talk()),
    ],
    "riva.json": [
        ({"results": [{"alternatives": [{"words": timed_words(
            1000, "start_time", "end_time", "word", "speaker_tag")}]}]}, talk()),
        ({"words": timed_words(1000, "start", "end", "word", "speaker")}, talk()),
    ],
    "parts.json": [
        ([{"role": who, "content": [{"type": "audio", "transcript": text}]}
          for who, _, _, text in TALK], talk(times=False)),
        ({"conversation": {"items": [
            {"role": who, "parts": [{"text": text.split(" ", 2)[0]},
                                    {"text": " ".join(text.split(" ")[1:])}]}
            for who, _, _, text in TALK]}}, talk(times=False)),
    ],
    "status.json": [
        ({"items": [{"role": who, "status": "done", "score": 0.9, "content": text}
                    for who, _, _, text in TALK]}, talk(times=False)),
        ({"questions": [{"speaker": who, "status": "completed", "result": "ok", "text": text}
                        for who, _, _, text in TALK]}, talk(times=False)),
    ],
    "feedback-beside.json": [
        ({"grade": None, "strengths": ["Clear sound"], "segments": rows(**PLAIN)}, talk()),
        ({"evaluation": "Audio is good.", "examiner": "Room 3", "turns": rows(**PLAIN)}, talk()),
    ],
    "failed.json": [
        ({"status": "failed", "message": "The file is not audio", "results": []},
         {"kind": "refused"}),
        ({"error": {"code": 402, "message": "No credit is left on this account"}},
         {"kind": "refused"}),
    ],
    "few-words.json": [
        ({"words": [{"text": "Any", "start": 0.2, "end": 0.4},
                    {"text": "pain?", "start": 0.4, "end": 0.8}]},
         {"kind": "transcript", "turns": [[None, 0.2, "Any pain?"]]}),
        ({"text": "Not at all", "segments": [], "words": [
            {"word": "Not", "start": 200, "end": 400}, {"word": "at", "start": 400, "end": 500},
            {"word": "all", "start": 500, "end": 900}]},
         {"kind": "transcript", "turns": [[None, 0.2, "Not at all"]]}),
    ],
    "overlap.json": [
        ({"utterances": [
            {"speaker": 1, "start": 0, "end": 30, "text": "First I will explain what we found."},
            {"speaker": 2, "start": 8, "end": 8.5, "text": "Yes."},
            {"speaker": 2, "start": 15, "end": 15.4, "text": "Go on."},
            {"speaker": 2, "start": 31, "end": 33, "text": "I have a question."}]},
         {"kind": "transcript-has", "turns": [["b", 8, "Yes."], ["b", 31, "I have a question."]]}),
        ([{"name": "A", "start": 0, "end": 12, "text": "The drops are for a week, twice a day."},
          {"name": "B", "start": 3, "end": 3.4, "text": "Mhm."},
          {"name": "B", "start": 12.5, "end": 14, "text": "And then?"}],
         {"kind": "transcript-has", "turns": [["B", 12.5, "And then?"]]}),
    ],
    "attach-next.json": [
        ({"results": [
            {"type": kind, "attaches_to": to, "start_time": at, "end_time": at + 0.2,
             "alternatives": [{"content": word}]}
            for word, kind, to, at in (("«", "punctuation", "next", 1.0),
                                       ("Oui", "word", None, 1.1),
                                       ("»", "punctuation", "previous", 1.4))]},
         {"kind": "transcript", "verbatim": True, "turns": [[None, 1.0, "«Oui»"]]}),
        ({"results": [
            {"type": kind, "attaches_to": to, "start_time": at, "end_time": at + 0.2,
             "alternatives": [{"content": word}]}
            for word, kind, to, at in (("Well", "word", None, 1.0),
                                       ("-", "punctuation", "both", 1.2),
                                       ("known", "word", None, 1.3))]},
         {"kind": "transcript", "verbatim": True, "turns": [[None, 1.0, "Well-known"]]}),
    ],
    "broken-time.vtt": [
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nHello.\n\n00:03.000 --> 00:04,x\nWhere is it?\n",
         {"kind": "words-or-note", "strings": ["Where is it?"]}),
        ("1\n00:00:01,000 --> 00:00:02,000\nHello.\n\n2\n00:00:?? --> 00:00:04,000\nHow long?\n",
         {"kind": "words-or-note", "strings": ["How long?"]}),
    ],
}  # fmt: skip
