"""A model's endpoint: what is sent to it, and one sentence for each way in which it fails."""

from __future__ import annotations

import asyncio
import gzip
import json
import stat
from pathlib import Path

import pytest

from medtui.core.model_answer import read_answer
from medtui.core.rubrics import RubricDomain
from medtui.data.draft_endpoint import (
    NOT_SET_UP,
    Endpoint,
    EndpointError,
    kept_key,
    model_at,
    set_up,
    why_no_url,
)
from medtui.data.errors import DataError
from tests.helpers.model_endpoint import Answer, Question, Write, chat, http, model_endpoint, says

KEY = "sk-secret-0123"


async def asked(answer: Answer, *, key: str = KEY, seconds: float = 20.0, largest: int = 50_000):
    """What a model answers, and what it was sent."""
    async with model_endpoint(answer) as endpoint:
        where = Endpoint(endpoint.url, "m", key, seconds, largest)
        async with model_at(where) as client:
            words = await client.ask([{"role": "user", "content": "How are you?"}])
    return words, endpoint.questions


async def test_the_key_goes_along_and_nothing_of_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-environment")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-the-environment")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Mine: of-the-environment")
    words, [question] = await asked(says("Fine."))
    assert words == "Fine."
    assert question.path == "/v1/chat/completions"
    assert question.headers["authorization"] == f"Bearer {KEY}"
    assert question.headers["user-agent"] == "medtui"
    assert "of-the-environment" not in str(question)
    assert not [name for name in question.headers if "stainless" in name and "raw" not in name]
    _, [question] = await asked(says("Fine."), key="")
    assert "authorization" not in question.headers


async def test_an_endpoint_that_knows_no_wish_for_json_is_asked_without() -> None:
    async def answer(question: Question, write: Write) -> None:
        is_wish = "response_format" in question.body
        await write(http(b"{}", "400 Bad Request") if is_wish else chat("Fine."))

    words, questions = await asked(answer)
    assert (words, len(questions)) == ("Fine.", 2)


def told(body: bytes = b"{}", status: str = "200 OK", kind: str = "application/json", **more: str):
    async def answer(question: Question, write: Write) -> None:
        await write(http(body, status, kind, **more))

    return answer


async def endless(question: Question, write: Write) -> None:
    await write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while True:
        await write(b" " * 10_000)


async def endless_fault(question: Question, write: Write) -> None:
    await write(b"HTTP/1.1 500 Oh\r\nContent-Type: application/json\r\n\r\n")
    while True:
        await write(b" " * 10_000)


async def drip(question: Question, write: Write) -> None:
    await write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while True:
        await write(b" ")
        await asyncio.sleep(0.05)


async def silent(question: Question, write: Write) -> None:
    await asyncio.sleep(60)


async def closed(question: Question, write: Write) -> None:
    return


async def cut(question: Question, write: Write) -> None:
    await write(chat("Fine.")[:-20])


BOMB = gzip.compress(b" " * 20_000_000)
FAULTS: dict[str, tuple[Answer, str]] = {
    "401": (told(status="401 No"), "refuses the key: medtui draft --set-key"),
    "403": (told(status="403 No"), "refuses the key"),
    "404": (told(status="404 No"), "has no model “m”, or no endpoint at this address"),
    "413": (told(status="413 No"), "refuses the question (413)"),
    "429": (told(status="429 No", Retry_After="7"), "takes no more questions now: wait a little"),
    "500": (told(b"<b>oh</b>", "500 No", "text/html"), "has a problem (500)"),
    "503": (told(status="503 No"), "has a problem (503)"),
    "redirect": (told(status="307 Go", Location="/v2"), "sends on to another address"),
    "away": (told(status="302 Go", Location="https://evil.example"), "network asks for a sign-in"),
    "HTML": (told(b"<html>Hi</html>", kind="text/html"), "is no OpenAI-compatible endpoint"),
    "no JSON": (told(b"{{{"), "is no OpenAI-compatible endpoint"),
    "deep": (told(b"[" * 40_000), "is no OpenAI-compatible endpoint"),
    "empty": (told(b""), "is no OpenAI-compatible endpoint"),
    "no choices": (told(b'{"choices": []}'), "is no OpenAI-compatible endpoint"),
    "nothing": (told(b'{"choices": [{"message": {}}]}'), "is no OpenAI"),
    "an error as an answer": (
        told(b'{"error": {"message": "<b>oh</b>"}}'),
        "with an error instead",
    ),
    "usage alone": (
        told(b'data: {"choices": [], "usage": {}}\n\ndata: {"error": "oh"}'),
        "an error",
    ),
    "loading": (told(b'{"error": {"message": "Loading model"}}', "503 No"), "has a problem (503)"),
    "a number": (told(b'{"choices": [{"message": {"content": 3}}]}'), "is no OpenAI-compatible"),
    "endless": (endless, "does not stop sending: the answer was cut off"),
    "endless fault": (endless_fault, "does not stop sending"),
    "a bomb": (told(BOMB, Content_Encoding="gzip"), "does not stop sending"),
    "drip": (drip, "has not answered within 0.6 seconds"),
    "silent": (silent, "has not answered within 0.6 seconds"),
    "closed": (closed, "has closed the connection"),
    "cut": (cut, "has closed the connection"),
    "no HTTP": (lambda q, write: write(b"SSH-2.0-x\r\n\r\n"), "has closed the connection"),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_each_fault_is_one_sentence_without_the_endpoints_words(name: str) -> None:
    answer, words = FAULTS[name]
    is_slow = name in ("drip", "silent")
    with pytest.raises(DataError) as caught:
        await asked(answer, seconds=0.6 if is_slow else 20.0)
    message = caught.value.message
    assert words in message
    assert message.endswith(".")
    assert "\n" not in message
    assert len(message) < 220
    for secret in (KEY, "How are you?", "<b>", "evil"):
        assert secret not in message


ASKED_FOR = '{"mark": 3, "quotes": ["How are you?"]}'


def answered(**message: object):
    """A server's answer with this message."""
    return told(json.dumps({"choices": [{"index": 0, "message": message}], "usage": {}}).encode())


def streamed(*deltas: dict[str, object]):
    """An answer that is streamed unasked, with a comment, and the usage in a chunk of its own."""
    chunks: list[dict[str, object]] = [
        {"choices": [{"index": 0, "delta": delta}]} for delta in deltas
    ]
    chunks.append({"choices": [], "usage": {"total_tokens": 9}})
    lines = [": KEEP ALIVE", *(f"data: {json.dumps(chunk)}" for chunk in chunks), "data: [DONE]"]
    return told("\n\n".join(lines).encode(), kind="text/event-stream")


def knows_no(wish: str, status: str, message: str):
    """A server that refuses a kind of `response_format`, and answers without one."""

    async def answer(question: Question, write: Write) -> None:
        if "response_format" in question.body:
            body = {"error": {"message": message, "type": wish, "param": None, "code": None}}
            await write(http(json.dumps(body).encode(), status))
        else:
            await write(chat(ASKED_FOR))

    return answer


THOUGHT = 'Is it {3}? The form is {"mark": 1}. I take 3.'
OF_SERVERS: dict[str, Answer] = {
    "thoughts in tags": answered(content=f"<think>\n{THOUGHT}\n</think>\n\n{ASKED_FOR}"),
    "thoughts whose tag the template begins": answered(content=f"{THOUGHT}\n</think>{ASKED_FOR}"),
    "channels": answered(
        content=f"<|channel|>analysis<|message|>{THOUGHT}<|channel|>final<|message|>{ASKED_FOR}"
    ),
    "thoughts beside the words": answered(content=ASKED_FOR, reasoning_content=THOUGHT),
    "thoughts by their newer name": answered(content=ASKED_FOR, reasoning=THOUGHT),
    "all words among the thoughts": answered(content=None, reasoning_content=ASKED_FOR),
    "parts": answered(
        content=[{"type": "thinking", "thinking": []}, {"type": "text", "text": ASKED_FOR}]
    ),
    "a fence": answered(content=f"Here you are:\n```json\n{ASKED_FOR}\n```\nDo you want more?"),
    "braces around it": answered(content=f"The form {{as asked}}: {ASKED_FOR} {{done}}"),
    "streamed": streamed({"role": "assistant"}, *({"content": letter} for letter in ASKED_FOR)),
    "streamed thoughts": streamed({"reasoning_content": THOUGHT}, {"content": ASKED_FOR}),
    "json_schema or text": knows_no(
        "invalid", "400 No", "'response_format.type' must be 'json_schema' or 'text'"
    ),
    "no response_format": knows_no("server_error", "500 No", "response_format is not supported"),
    "not implemented": knows_no("not_supported_error", "501 No", "json mode is not implemented"),
    "unknown field": knows_no("extra_forbidden", "422 No", "Extra inputs are not permitted"),
}  # fmt: skip


@pytest.mark.parametrize("name", OF_SERVERS)
async def test_what_servers_do_in_their_own_way_is_an_answer(name: str) -> None:
    words, _ = await asked(OF_SERVERS[name])
    answer = read_answer(words, RubricDomain("Empathy", 5, 1))
    assert (answer.mark, answer.quotes) == (3, ("How are you?",))


UNKNOWN_MODEL = {
    "Ollama": {"error": {"message": "model 'm' not found", "type": "not_found_error"}},
    "an older Ollama": {"error": "model 'm' not found, try pulling it first"},
    "vLLM": {"object": "error", "message": "The model `m` does not exist.", "code": 404},
}


@pytest.mark.parametrize("name", UNKNOWN_MODEL)
async def test_a_model_that_a_server_does_not_have_is_named(name: str) -> None:
    with pytest.raises(EndpointError, match="has no model “m”, or no endpoint at this address"):
        await asked(told(json.dumps(UNKNOWN_MODEL[name]).encode(), "404 Not Found"))


async def test_nothing_that_listens_is_said_to_be_started() -> None:
    async with model_endpoint(says("")) as endpoint:
        url = endpoint.url
    with pytest.raises(EndpointError, match="start the model's server there"):
        async with model_at(Endpoint(url, "m")) as client:
            await client.ask([])


@pytest.mark.parametrize(
    ("url", "is_here", "warns"),
    [
        ("http://127.0.0.1:11434/v1", True, False),
        ("http://localhost:8080/v1", True, False),
        ("http://[::1]:8080/v1", True, False),
        ("https://api.example.com/v1", False, False),
        ("http://192.168.1.7/v1", False, True),
        ("http://localhost.example.com/v1", False, True),
    ],
)
def test_where_a_talk_would_go(url: str, is_here: bool, warns: bool) -> None:
    endpoint = Endpoint(url, "m", KEY)
    assert (endpoint.is_here, bool(endpoint.warning)) == (is_here, warns)
    assert endpoint.where.startswith("on this computer" if is_here else "at ")
    assert endpoint.host in url
    assert KEY not in repr(endpoint)


@pytest.mark.parametrize(
    "url",
    ["", "ftp://x/v1", "file:///etc/passwd", "http://", "http://u:p@x/v1", "http://x/v1?a=1",
     "http://x:99999/v1", "http://[/v1", "x", "http://a b/v1"],
)  # fmt: skip
def test_what_is_no_endpoint(url: str) -> None:
    assert (why_no_url(url) or "").endswith((".", "#."))


async def test_a_key_is_kept_for_its_host_alone_and_in_no_settings(tmp_path: Path) -> None:
    assert await set_up("", "m", tmp_path) == NOT_SET_UP
    assert "looks like http" in str(await set_up("nowhere", "m", tmp_path))
    await kept_key("https://a.example/v1", tmp_path).write(KEY)
    for url, key in (
        ("https://a.example/other", KEY),
        ("https://b.example/v1", ""),
        ("http://a.example/v1", ""),
        ("https://a.example:444/v1", ""),
    ):
        endpoint = await set_up(url, "m", tmp_path)
        assert isinstance(endpoint, Endpoint)
        assert endpoint.key == key
    held = [path for path in tmp_path.rglob("*") if path.is_file() and KEY in path.read_text()]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in held)


async def test_without_the_extra_a_sentence_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medtui.data.draft_endpoint.find_spec", lambda name: None)
    words = await set_up("http://127.0.0.1/v1", "m", tmp_path)
    assert words == "This needs one more package: pip install 'medtui[draft]'."
