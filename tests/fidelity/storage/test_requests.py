"""What comes in over HTTP: forms and bare bodies, limits, names, headers, hostile or not."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import tracemalloc
from collections.abc import AsyncIterator
from string import ascii_letters, digits
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medtui.local.storage.errors import StorageError
from medtui.local.storage.inputs import check_key, check_type
from tests.fidelity.storage.conftest import Scene

TRANSCRIPT = "transcript.json"
SAFE = set(ascii_letters + digits + "_/!-.*'() &$@=;:+,?")


def said(answer: httpx.Response) -> tuple[int, str, str]:
    body = answer.json()
    return answer.status_code, body["statusCode"], body["code"]


def form(*parts: tuple[str, bytes], end: bytes = b"--cut--\r\n") -> dict[str, Any]:
    """A form, made by hand: each part is its headers and its content."""
    content = b"".join(
        b"--cut\r\n" + headers.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body + b"\r\n"
        for headers, body in parts
    )
    headers = {"Content-Type": "multipart/form-data; boundary=cut"}
    return {"content": content + end, "headers": headers}


def field(name: str, value: str) -> tuple[str, bytes]:
    return f'Content-Disposition: form-data; name="{name}"', value.encode()


def a_file(content: bytes, mime: str = "application/json") -> tuple[str, bytes]:
    headers = 'Content-Disposition: form-data; name=""; filename="any.json"'
    return f"{headers}\nContent-Type: {mime}", content


async def test_a_form_says_how_long_it_may_be_cached(scene: Scene) -> None:
    twice = field("cacheControl", "60"), a_file(b"{}"), field("cacheControl", "9")
    answer = await scene.upload(**form(*twice))
    assert answer.status_code == 200, answer.text
    [row] = await scene.stack.sql("select metadata from storage.objects")
    assert row["metadata"]["cacheControl"] == "max-age=60"
    assert row["metadata"]["mimetype"] == "application/json"


async def test_a_files_own_metadata_is_refused(scene: Scene) -> None:
    as_field = form(field("metadata", "{}"), a_file(b"{}"))
    for request in (as_field, {"headers": {"x-metadata": "e30="}}):
        answer = await scene.upload(**request)
        assert said(answer) == (400, "409", "NotSupported")
        assert not list(scene.stack.files.iterdir())


WITHOUT_A_FILE: list[dict[str, Any]] = [
    form(field("cacheControl", "60")),
    form(a_file(b"{}"), end=b""),
    form(a_file(b"{}"), end=b"--c"),
    form(("Nothing: here", b"{}")),
    form(field("contentType", "application/json\r\nX-Evil: 1"), a_file(b"{}")),
    form(field("cacheControl", "60\r\nX-Evil: 1"), a_file(b"{}")),
    *(
        {"content": content, "headers": {"Content-Type": f"multipart/form-data{boundary}"}}
        for content, boundary in (
            (b"{}", ""),
            (b"{}", "; boundary=cut"),
            (b"", "; boundary=cut"),
            (b"{}", "; boundary=" + 300 * "x"),
        )
    ),
]


async def test_a_form_without_a_whole_file_is_refused_and_leaves_nothing(scene: Scene) -> None:
    for request in WITHOUT_A_FILE:
        assert said(await scene.upload(**request)) == (400, "400", "InvalidRequest")
        assert not list(scene.stack.files.iterdir())
        assert not await scene.stack.sql("select 1 from storage.objects")


async def test_the_buckets_kinds_of_files_are_the_only_ones(scene: Scene) -> None:
    await scene.stack.sql(
        "update storage.buckets set allowed_mime_types = '{application/json,image/*}'"
    )
    for mime in ("text/html", "json", "application/*", "application/json; charset=utf-8", "*/*"):
        answer = await scene.upload(headers={"Content-Type": mime})
        assert said(answer) == (400, "415", "InvalidMimeType")
        assert answer.json()["message"] == f"mime type {mime} is not supported"
    assert (await scene.upload(**form(a_file(b"", "text/html")))).json()["statusCode"] == "415"
    assert (await scene.upload(**form(a_file(b"{}", "application/JSON; charset=utf-8")))).is_success
    check_type("image/png", ["image/*"])


async def test_a_files_kind_is_looked_at_before_its_name(plain: Scene) -> None:
    scene = plain  # whose policies let any name in
    await scene.stack.sql("update storage.buckets set allowed_mime_types = '{application/json}'")
    for request in ({"headers": {"Content-Type": "text/html"}}, form(a_file(b"", "text/html"))):
        assert said(await scene.upload("a%25b", **request)) == (400, "415", "InvalidMimeType")
    for request in ({}, form(a_file(b"{}", "application/json"))):
        assert said(await scene.upload("a%25b", **request)) == (400, "400", "InvalidKey")
    assert not list(scene.stack.files.iterdir())


async def chunked(total: int) -> AsyncIterator[bytes]:
    while total > 0:
        yield b"x" * min(total, 65_536)
        total -= 65_536


async def test_the_buckets_limit_holds_to_the_byte(scene: Scene) -> None:
    await scene.stack.sql("update storage.buckets set file_size_limit = 200000")
    for size, status in ((200_001, "413"), (200_000, "200")):
        content = b"x" * size
        for request in ({"content": content}, {"content": chunked(size)}, form(a_file(content))):
            answer = await scene.upload(**request)
            assert answer.json().get("statusCode", "200") == status
            if status == "413":
                assert answer.json()["message"] == "The object exceeded the maximum allowed size"
                assert not list(scene.stack.files.iterdir())
            else:
                await scene.remove()


async def test_twenty_megabytes_pass_through_and_do_not_stay(scene: Scene) -> None:
    size = 20 * 1024 * 1024
    tracemalloc.start()
    try:
        assert (await scene.upload(content=chunked(size))).is_success
        up = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        path = f"object/assessments/{scene.folder}/{TRANSCRIPT}"
        url = f"{scene.stack.url}/storage/v1/{path}"
        headers = {"Authorization": f"Bearer {scene.guest.token}"}
        read = 0
        async with scene.ask.http.stream("GET", url, headers=headers) as answer:
            assert answer.headers["content-length"] == str(size)
            async for piece in answer.aiter_bytes():
                read += len(piece)
        down = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert read == size
    assert max(up, down) < 12 * 1024 * 1024, f"{up:,} up, {down:,} down"


async def test_one_who_hangs_up_leaves_nothing(scene: Scene) -> None:
    async def half() -> AsyncIterator[bytes]:
        yield b"x" * 3_000_000
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await scene.upload(content=half())
    async with asyncio.timeout(5):
        while list(scene.stack.files.iterdir()):
            await asyncio.sleep(0.01)
    assert not await scene.stack.sql("select 1 from storage.objects")
    assert (await scene.upload()).is_success


async def test_a_file_is_described_without_being_sent(scene: Scene) -> None:
    await scene.upload(content=b"[1, 2]")
    path = f"object/assessments/{scene.folder}/{TRANSCRIPT}"
    head = await scene.ask("HEAD", path, who=scene.guest)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == "6"
    assert head.headers["content-type"] == "application/json"
    assert head.headers["last-modified"].endswith("GMT")
    assert (await scene.ask("HEAD", path, who=scene.stranger)).status_code == 400


async def test_a_row_made_by_other_means_is_no_way_out_of_the_folder(scene: Scene) -> None:
    for version in (
        "../../secret",
        "",
        None,
        "/etc/passwd",
        "{00000000-0000-4000-8000-000000000001}",
    ):
        await scene.stack.remove_files()
        await scene.stack.sql(
            "insert into storage.objects (bucket_id, name, version, metadata)"
            """ values ('assessments', %s, %s, '{"mimetype": "a\\nb", "eTag": "é"}')""",
            f"{scene.folder}/{TRANSCRIPT}", version,
        )  # fmt: skip
        path = f"object/assessments/{scene.folder}/{TRANSCRIPT}"
        answer = await scene.ask("GET", path, who=scene.host)
        assert (answer.status_code, answer.json()["statusCode"]) == (400, "404")
        assert (await scene.ask("HEAD", path, who=scene.host)).status_code == 200
        await scene.remove()


async def test_a_folder_that_has_gone_is_a_fault_that_is_said_in_its_shape(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    await scene.upload()
    shutil.rmtree(scene.stack.files)
    answer = await scene.upload("assessment.json")
    assert (answer.status_code, answer.json()["code"]) == (500, "InternalError")
    assert "No such file" in caplog.text
    await scene.stack.restart_gateway()
    assert "not there any more: 1" in caplog.text
    assert (await scene.upload("assessment.json")).is_success


async def test_a_public_bucket_is_read_by_anybody_and_is_never_a_page(scene: Scene) -> None:
    await scene.stack.sql(
        "insert into storage.buckets (id, name, public) values ('open', 'open', true)"
    )
    page = {"content": b"<script>", "headers": {"Content-Type": "text/html"}}
    made = await scene.ask("POST", "object/open/a.html", who=scene.stack.service_key, **page)
    assert made.is_success
    answer = await scene.ask("GET", "object/public/open/a.html")
    assert (answer.content, answer.headers["content-type"]) == (b"<script>", "text/plain")
    for path in ("object/open/a.html", "object/public/assessments/a.json"):
        assert said(await scene.ask("GET", path)) == (400, "404", "NoSuchBucket")
    assert said(await scene.ask("POST", "object/open/b", who=scene.host, content=b"x")) == (
        400,
        "403",
        "AccessDenied",
    )


async def test_a_list_shows_one_folder_and_what_begins_with_the_search(plain: Scene) -> None:
    names = ["b.json", "a.json", "deep/er/x.json", "deep/y.json", "a_b.json"]
    for name in names:
        assert (await plain.upload(name)).is_success

    async def listed(**body: Any) -> list[str]:
        answer = await plain.ask("POST", "object/list/assessments", who=plain.host, json=body)
        assert answer.status_code == 200, answer.text
        return [entry["name"] for entry in answer.json()]

    folder = plain.folder
    assert await listed(prefix=folder) == ["deep", "a.json", "a_b.json", "b.json"]
    assert await listed(prefix=f"{folder}/deep/") == ["er", "y.json"]
    assert await listed(prefix=folder, search="A") == ["a.json", "a_b.json"]
    assert await listed(prefix=folder, search="a_") == ["a_b.json"]
    assert await listed(prefix=folder, search="%") == []
    assert await listed(prefix=folder, limit=2, offset=1) == ["a.json", "a_b.json"]
    down = {"column": "name", "order": "desc"}
    assert await listed(prefix=folder, sortBy=down) == ["deep", "b.json", "a_b.json", "a.json"]
    newest = {"column": "created_at", "order": "desc"}
    assert await listed(prefix=folder, sortBy=newest) == ["deep", "a_b.json", "a.json", "b.json"]
    assert await listed(prefix="\0") == []
    assert await listed(prefix=folder, offset=10**30) == []


IMPROPER: list[tuple[str, str, Any]] = [
    ("POST", "object/list/assessments", {}),
    ("POST", "object/list/assessments", {"prefix": 1}),
    ("POST", "object/list/assessments", {"prefix": "", "limit": 0}),
    ("POST", "object/list/assessments", {"prefix": "", "limit": "all"}),
    ("POST", "object/list/assessments", {"prefix": "", "sortBy": {"column": "name; drop"}}),
    ("POST", "object/list/assessments", {"prefix": "", "sortBy": {"order": "up"}}),
    ("POST", "object/list/assessments", []),
    ("DELETE", "object/assessments", {}),
    ("DELETE", "object/assessments", {"prefixes": []}),
    ("DELETE", "object/assessments", {"prefixes": "a"}),
    ("DELETE", "object/assessments", {"prefixes": [1]}),
    ("GET", "object/assessments/%FF", None),
    ("DELETE", "object/assessments", {"prefixes": ["\ud800"]}),
]


async def test_what_is_not_asked_for_properly_is_refused_as_such(scene: Scene) -> None:
    for method, path, body in IMPROPER:
        request = {} if body is None else {"content": json.dumps(body)}
        answer = await scene.ask(method, path, who=scene.host, **request)
        assert said(answer) == (400, "400", "InvalidRequest"), (path, body)


async def test_what_the_real_one_has_and_this_one_has_not_is_refused(scene: Scene) -> None:
    await scene.upload()
    name = f"assessments/{scene.folder}/{TRANSCRIPT}"
    for method, path in (
        ("POST", f"object/sign/{name}"),
        ("GET", f"object/sign/{name}?token=x"),
        ("PUT", f"object/upload/sign/{name}?token=x"),
        ("POST", "object/list-v2/assessments"),
        ("POST", "object/move"),
        ("POST", "object/copy"),
        ("GET", f"object/authenticated/{name}"),
        ("PUT", f"object/{name}"),
        ("DELETE", f"object/{name}"),
        ("GET", "bucket"),
        ("POST", "bucket"),
        ("PUT", "bucket/assessments"),
        ("POST", "bucket/assessments/empty"),
    ):
        answer = await scene.ask(method, path, who=scene.stack.service_key, json={})
        assert said(answer) == (400, "409", "NotSupported"), path
        words = f"The local server does not support {method} /{path.partition('?')[0]}"
        assert answer.json()["message"] == words
    replacing = {"x-upsert": "true", "Content-Type": "application/json"}
    assert said(await scene.upload("new.json", headers=replacing)) == (400, "409", "NotSupported")
    for path in ("render/image/authenticated/" + name, "upload/resumable", "s3", ""):
        answer = await scene.ask("POST", path, who=scene.stack.service_key)
        assert said(answer) == (404, "404", "InvalidRequest")


@given(st.text(st.sampled_from("aZ0_/.-*'() &$@=;:+,?!%\n\0\\\"<é٣☃\ud800"), max_size=12))
def test_a_name_is_safe_or_it_is_refused(name: str) -> None:
    if name and set(name) <= SAFE:
        check_key(name)
        return
    with pytest.raises(StorageError) as refused:
        check_key(name)
    assert (refused.value.body["code"], refused.value.status) == ("InvalidKey", 400)


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.long) for n in (1, 2))])
async def test_any_path_and_body_gets_an_answer_in_its_shape_and_never_a_fault(
    plain: Scene, seed: int
) -> None:
    dice = random.Random(seed)
    pieces = [
        *("object", "bucket", "info", "list", "sign", "upload", "authenticated", "public", "move"),
        *("assessments", plain.folder, "a.json", "%2e%2e", "%2f", "%00", "%0a", "%ff", "%zz"),
        *("", "'", "%25", "x" * 1500, "é", "*", "%2e", ";drop", "$1"),
    ]
    bodies: list[Any] = [
        *(b"", b"{", b"[]", b"null", b'{"prefix": ""}', b'{"prefixes": ["a", "\\u0000"]}'),
        *(b'{"prefixes": ["%"], "prefix": "\\ud800"}', b"\xff", b"[" * 9000),
    ]
    people = [plain.host, plain.guest, plain.stack.anon_key, plain.stack.service_key, None, "a.b.c"]
    people.append(plain.stack.token(plain.host, role="postgres"))
    people.append(plain.stack.token(plain.host, role="supabase_storage_admin"))
    odd: dict[str, Any] = {"role": ["anon"], "sub": {"a": 1}}
    people += [plain.stack.token(plain.host, **{name: value}) for name, value in odd.items()]
    for _ in range(80):
        path = "/".join(dice.choices(pieces, k=dice.randint(1, 5)))
        method = dice.choice(["GET", "POST", "PUT", "DELETE", "HEAD"])
        answer = await plain.ask(method, path, who=dice.choice(people), content=dice.choice(bodies))
        assert answer.status_code < 500, (method, path, answer.text)
        if answer.status_code >= 400 and method != "HEAD":
            assert set(answer.json()) == {"statusCode", "error", "message", "code"}, path
    assert await plain.agrees()
