"""Every recorded answer of the real storage server, word for word, from the local one."""

from __future__ import annotations

import json
import re
from ast import literal_eval
from pathlib import Path
from typing import Any

import httpx

from tests.fidelity.storage.conftest import SESSION, Scene
from tests.helpers.stack import Person

LINES = Path(__file__).with_name("recordings.txt").read_text().splitlines()
LINE = re.compile(
    r"(?P<what>.+?)\s+(?P<method>GET|HEAD|POST|PUT|DELETE) (?P<path>/\S*)"
    r" -> (?P<status>\d+) (?P<body>.*)"
)

FOLDER = str(SESSION)
FILE = b'{"a":1}'

# What these lines ask for stands in the recording only as the server saw it.
PATHS = {
    "host upload dot-dot path": "object/assessments/<sid>/../../evil.json",
    "host upload upper-case uuid folder": "object/assessments/<sid>/q.json",
}


def who(what: str, scene: Scene) -> Person | str | None:
    """Who asks, by the words of the recording."""
    stack = scene.stack
    people: dict[str, Person | str | None] = {
        "no token": None,
        "expired": stack.token(scene.host, expires_in=-60),
        "malformed": "not.a.token",
        "anon": stack.anon_key,
        "guest": scene.guest,
        "stranger": scene.stranger,
        "by B": scene.guest,
        "by C": scene.stranger,
    }
    return next((person for words, person in people.items() if words in what), scene.host)


def request(what: str, method: str, path: str) -> dict[str, Any]:
    """What the request carries."""
    name = f"{FOLDER}/transcript.json"
    bodies: dict[str, Any] = {
        "/object/list/assessments": {"prefix": "" if "root" in what else FOLDER},
        "/object/assessments": {"prefixes": [name]},
    }
    if method != "GET" and path in bodies:
        return {"json": bodies[path]}
    if "multipart" in what:
        return {
            "files": {"file": ("transcript.json", FILE, "application/json")},
            "data": {"cacheControl": "3600"},
        }
    if method == "POST" and "upload" in what:
        headers = {"Content-Type": "application/json", "Cache-Control": "max-age=3600"}
        return {"content": FILE, "headers": headers}
    return {}


def normal(text: str) -> str:
    """A text without what differs between any two runs."""
    text = text.replace(FOLDER, "<sid>")
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<uuid>", text)
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "<time>", text)


def recorded(body: str) -> tuple[str, dict[str, str], bool]:
    """A recorded body and its headers, and whether it is whole: long ones were cut."""
    text, _, headers = body.partition(" {'")
    named = literal_eval("{'" + headers) if headers else {}
    text = normal(text.strip())
    try:
        if text:
            json.loads(text)
        whole = True
    except ValueError:
        text, whole = text[: text.rindex(",")], False
    return text, named, whole


async def test_every_recorded_answer_is_given_again(plain: Scene) -> None:
    wrong = []
    for line in LINES:
        match = LINE.fullmatch(line)
        assert match, line
        what, method, path = match["what"], match["method"], match["path"]
        asked = PATHS.get(what, path[1:]).replace("<sid>", FOLDER)
        carried = request(what, method, path)
        answer = await plain.ask(method, asked, who=who(what, plain), **carried)
        problem = difference(match, answer)
        if problem:
            wrong.append(f"{what}: {problem}")
    assert not wrong, "\n".join(wrong)


def difference(match: re.Match[str], answer: httpx.Response) -> str:
    text, headers, whole = recorded(match["body"])
    given = normal(answer.text)
    if str(answer.status_code) != match["status"]:
        return f"{answer.status_code} {given}"
    if given != text if whole else not given.startswith(text):
        return f"{given}\n  instead of {text}"
    for name, value in headers.items():
        if answer.headers.get(name) != value:
            return f"{name}: {answer.headers.get(name)} instead of {value}"
    return ""
