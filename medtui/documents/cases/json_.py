"""Cases as a list of objects in JSON.

The list is walked by hand and each object decoded on its own, because only so is it known on
which line a case begins.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from medtui.documents.cases.raw import Raw, Report, Value


class _Fields(list[tuple[str, Any]]):
    """An object's members, those that stand twice included."""


class _Number(str):
    """A number as it is written."""


_DECODER = json.JSONDecoder(
    object_pairs_hook=_Fields, parse_int=_Number, parse_float=_Number, parse_constant=_Number
)


def read_json(text: str, report: Report) -> list[Raw]:
    """The cases of a file, which is a list of them."""
    found: list[Raw] = []
    try:
        for at, item in _items(text):
            line = text.count("\n", 0, at) + 1
            case = Raw(report.file, len(found) + 1, line)
            found.append(case)
            if isinstance(item, _Fields):
                _fill(case, item, report)
            else:
                case.is_whole = False
                reason = f"should be an object with fields, but is {_kind(item)}."
                report(reason, row=case.row, line=line)
    except json.JSONDecodeError as error:
        report(f"is no valid JSON: {error.msg} at column {error.colno}.", line=error.lineno)
    except RecursionError:
        report("is nested too deeply.")
    return found


def _items(text: str) -> Iterator[tuple[int, Any]]:
    """Each item of the list that the text is, with its offset; none for an empty text."""
    at = _past_space(text, 0)
    if at == len(text):
        return
    if text[at] != "[":
        raise json.JSONDecodeError("Expecting a list of cases in [ ]", text, at)
    at = _past_space(text, at + 1)
    if text[at : at + 1] != "]":
        while True:
            item, end = _DECODER.raw_decode(text, at)
            yield at, item
            at = _past_space(text, end)
            if text[at : at + 1] != ",":
                break
            at = _past_space(text, at + 1)
    if text[at : at + 1] != "]":
        raise json.JSONDecodeError("Expecting ',' or ']'", text, at)
    at = _past_space(text, at + 1)
    if at < len(text):
        raise json.JSONDecodeError("Expecting nothing after the list", text, at)


def _past_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _fill(case: Raw, members: _Fields, report: Report) -> None:
    for name, item in members:
        if item is None or (isinstance(item, str) and not isinstance(item, _Number)):
            case.put(name, Value(item, case.line), report)
        else:
            reason = f"should be a text in quotes, but is {_kind(item)}."
            case.spoil(name, reason, report, line=case.line)


def _kind(item: Any) -> str:
    match item:
        case _Fields():
            return "an object"
        case list():
            return "a list"
        case bool():
            return "true or false"
        case _Number():
            return "a number"
        case None:
            return "null"
    return "a text"
