"""Row and file agree, whenever the gateway or its connection to Postgres dies."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fidelity.storage.conftest import Scene

ROLES = ("authenticator", "supabase_auth_admin", "supabase_storage_admin", "supabase_admin")


class Mortal:
    """Starts gateways in another process, on the scene's database and files."""

    def __init__(self, scene: Scene, process: asyncio.subprocess.Process) -> None:
        self.scene, self.process = scene, process
        self.pid = 0

    async def start(self, *, dealings: int = 0) -> None:
        """Begin one that dies before its n-th dealing with a file; 0: when it is killed."""
        stack = self.scene.stack
        order = {
            "dsns": {role: stack.cluster.dsn(role, stack.database) for role in ROLES},
            "keys": asdict(stack.keys),
            "files": str(stack.files),
            "dealings": dealings,
        }
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        line = json.loads(await self._line())
        stack.url, self.pid = line["url"], line["pid"]

    async def gone(self) -> None:
        assert await self._line() == b"gone\n"
        self.pid = 0

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    async def _line(self) -> bytes:
        assert self.process.stdout is not None
        return await asyncio.wait_for(self.process.stdout.readline(), 20)


@pytest.fixture
async def mortal(scene: Scene) -> AsyncIterator[Mortal]:
    await scene.stack.stop_gateway()
    program = str(Path(__file__).with_name("dying.py"))
    process = await asyncio.create_subprocess_exec(
        sys.executable, program, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.fspath(Path.cwd())},
    )  # fmt: skip
    mortal = Mortal(scene, process)
    yield mortal
    if mortal.pid:
        mortal.kill()
    if process.returncode is None:
        process.kill()
    await process.wait()


async def read(scene: Scene) -> bytes | None:
    path = f"object/assessments/{scene.folder}/transcript.json"
    answer = await scene.ask("GET", path, who=scene.guest)
    return answer.content if answer.is_success else None


async def test_a_gateway_that_dies_in_an_upload_or_a_removal_leaves_no_half(
    scene: Scene, mortal: Mortal
) -> None:
    # An upload makes its file, renames it, opens the folder to make that last; then its row is
    # committed.
    for dealings in (1, 2, 3):
        await mortal.start(dealings=dealings)
        with pytest.raises(httpx.TransportError):
            await scene.upload()
        await mortal.gone()
        await mortal.start()
        assert await read(scene) is None, f"at the dealing {dealings}"
        assert await scene.agrees()
        if dealings == 3:
            await scene.upload()
        mortal.kill()
        await mortal.gone()
    # A removal deletes the row, then the file.
    await mortal.start(dealings=1)
    with pytest.raises(httpx.TransportError):
        await scene.remove()
    await mortal.gone()
    assert len(list(scene.stack.files.iterdir())) == 1
    await mortal.start()
    assert await read(scene) is None
    assert await scene.agrees()


@pytest.mark.parametrize("rounds", [2, pytest.param(100, marks=pytest.mark.long)])
async def test_a_gateway_killed_at_any_moment_has_done_what_it_acknowledged(
    scene: Scene, mortal: Mortal, rounds: int
) -> None:
    dice = random.Random(7)
    possible: set[bytes | None] = {None}
    for number in range(rounds):
        await mortal.start()

        async def write(number: int = number) -> None:
            nonlocal possible
            for step in range(1000):
                content = None
                if possible == {None}:
                    content = json.dumps([number, step] * dice.choice([1, 30_000])).encode()
                possible = possible | {content}
                if content is None:
                    await scene.remove()
                else:
                    assert (await scene.upload(content=content)).is_success
                possible = {content}

        writing = asyncio.create_task(write())
        await asyncio.sleep(dice.random() / 5)
        mortal.kill()
        with pytest.raises(httpx.TransportError):
            await writing
        await mortal.gone()
        await mortal.start()
        found = await read(scene)
        assert found in possible
        assert await scene.agrees()
        possible = {found}
        mortal.kill()
        await mortal.gone()


@pytest.mark.parametrize("event", ["statement", "commit"])
async def test_a_database_that_goes_in_the_middle_is_an_error_and_leaves_no_half(
    scene: Scene, event: str
) -> None:
    await scene.stack.sql(
        "create function public.linger() returns trigger language plpgsql as $$"
        " begin if new.metadata <> '{}' then perform pg_sleep(5); end if; return new; end $$"
    )
    await scene.stack.sql(
        "create trigger linger before insert on storage.objects"
        " for each row execute function public.linger()"
        if event == "statement"
        else "create constraint trigger linger after insert on storage.objects"
        " deferrable initially deferred for each row execute function public.linger()"
    )
    uploading = asyncio.create_task(scene.upload())
    ended: list[dict[str, Any]] = []
    while not ended:
        await asyncio.sleep(0.01)
        ended = await scene.stack.sql(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and wait_event = 'PgSleep'"
        )
    answer = await uploading
    assert (answer.status_code, answer.json()["code"]) == (500, "DatabaseError")
    assert await read(scene) is None
    await scene.stack.restart_gateway()
    assert await scene.agrees()


async def test_two_who_upload_the_same_name_at_once_make_one_file(scene: Scene) -> None:
    answers = await asyncio.gather(*(scene.upload(content=b"%d" % n) for n in range(12)))
    taken = [n for n, answer in enumerate(answers) if answer.is_success]
    assert len(taken) == 1
    assert {a.json()["statusCode"] for a in answers if not a.is_success} == {"409"}
    assert await read(scene) == b"%d" % taken[0]
    assert await scene.agrees()


async def test_what_others_keep_in_the_folder_is_not_swept_away(scene: Scene) -> None:
    await scene.upload()
    (scene.stack.files / "README").write_text("Not ours.")
    (scene.stack.files / "00000000-0000-4000-8000-000000000009").write_text("Nobody's.")
    await scene.stack.restart_gateway()
    assert (scene.stack.files / "README").exists()
    assert not (scene.stack.files / "00000000-0000-4000-8000-000000000009").exists()
    assert await read(scene) == b'{"a":1}'
