"""Commands as a script runs them: in processes of their own, without a terminal."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from tests.helpers.stack import Person, Stack
from tests.test_end_to_end import environment, server

FORMATS = FormatChecker(formats=["uuid"])


@FORMATS.checks("date-time", raises=ValueError)
def is_time(value: object) -> bool:
    """Whether a value is a time with an offset."""
    return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None


README = Path(__file__).parent.parent.parent / "medtui/commands/README.md"


@dataclass(frozen=True)
class Done:
    """What a command has printed, and its exit code."""

    code: int
    out: str
    err: str

    def json(self, name: str) -> Any:
        """The one line of JSON, which has to be what the README calls `name`."""
        assert self.code == 0, self.err
        assert self.out.count("\n") == 1
        return checked(json.loads(self.out), name)


def checked(value: Any, name: str) -> Any:
    """A value that has to be what the README's schema calls `name`."""
    [text] = re.findall(r"```json\n(.*?)```", README.read_text(), re.DOTALL)
    schema = json.loads(text)
    Draft202012Validator.check_schema(schema)
    schema["$ref"] = f"#/$defs/{name}"
    for error in Draft202012Validator(schema, format_checker=FORMATS).iter_errors(value):
        raise AssertionError(f"{error.json_path}: {error.message}")
    return value


async def run(home: Path, *arguments: str, **env: str) -> Done:
    """Run medtui on a machine whose home is `home`, with nothing on standard input."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "medtui", *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**environment(home, **env), "PATH": ""},
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    assert b"Traceback" not in err
    return Done(process.returncode, out.decode(), err.decode())


@dataclass(frozen=True)
class Script:
    """A script of one person's, which signs in by the environment."""

    stack: Stack
    person: Person
    home: Path

    async def __call__(self, *arguments: str, **env: str) -> Done:
        return await run(self.home, *arguments, **{**self.environment, **env})

    @property
    def environment(self) -> dict[str, str]:
        """The server, and with what to sign in."""
        login = {"MEDTUI_EMAIL": self.person.email, "MEDTUI_PASSWORD": self.person.password}
        return {**server(self.stack), **login}
