"""Cases as a list in YAML, and the front matter of a Markdown file.

Read from the parser's events: nothing is constructed, so no tag makes an object, no alias is
expanded, and `No` or `12` is the text that it looks like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from medtui.documents.cases.raw import Raw, Report, Value, quoted

DEEPEST = 20
"""The parser takes time with the square of the depth; cases are two deep."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT_TAGS = (None, "!", "tag:yaml.org,2002:str")
_NOTHING = ("", "~", "null", "Null", "NULL")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff]")


def read_yaml(text: str, report: Report) -> list[Raw]:
    """The cases of a file, which is a list of them."""
    events = _Events(text, report)
    found: list[Raw] = []
    try:
        if events.begin_document() is None:
            return []
        if not isinstance(events.now, yaml.SequenceStartEvent):
            report("should be a list of cases, each beginning with a dash.", line=events.line)
            return []
        while not isinstance(events.step(), yaml.SequenceEndEvent):
            case = Raw(report.file, len(found) + 1, events.line, is_whole=False)
            found.append(case)
            if isinstance(events.now, yaml.MappingStartEvent):
                events.read_fields(case)
            else:
                report("should be fields with values.", row=case.row, line=case.line)
                events.skip()
        events.end_document()
    except _Broken:
        pass
    return found


def read_fields(text: str, case: Raw, report: Report, *, line: int) -> None:
    """Read front matter into a case; `line` is how many lines stand before it."""
    events = _Events(text, report, line)
    case.is_whole = False
    try:
        if events.begin_document() is None:
            case.is_whole = True
        elif isinstance(events.now, yaml.MappingStartEvent):
            events.read_fields(case)
            events.end_document()
        else:
            report("should be fields with values.", line=events.line)
    except _Broken:
        pass


class _Broken(Exception):
    """The text is no YAML from here on, which has been reported."""


class _Events:
    """The parser's events, one at a time; `now` is the present one."""

    def __init__(self, text: str, report: Report, line: int = 0) -> None:
        self._report = report
        self._before = line
        for forbidden in _FORBIDDEN.finditer(text):
            code = f"U+{ord(forbidden[0]):04X}"
            where = text.count("\n", 0, forbidden.start()) + 1 + line
            report(f"holds a control character ({code}): remove it.", line=where)
        self._events: Iterator[Any] = yaml.parse(_FORBIDDEN.sub("\ufffd", text), Loader=_LOADER)
        self._depth = 0
        self.now: Any = None

    @property
    def line(self) -> int:
        return int(self.now.start_mark.line) + 1 + self._before

    def step(self) -> Any:
        """Go on to the next event. Raises _Broken."""
        try:
            self.now = next(self._events)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = int(mark.line) + 1 + self._before if mark else None
            self._report(f"is no valid YAML: {error.problem or error.context}.", line=line)
            raise _Broken from error
        except yaml.YAMLError as error:
            self._report(f"is no valid YAML: {error}.")
            raise _Broken from error
        if isinstance(self.now, yaml.CollectionStartEvent):
            self._depth += 1
        elif isinstance(self.now, yaml.CollectionEndEvent):
            self._depth -= 1
        if self._depth > DEEPEST:
            self._report("is nested too deeply.", line=self.line)
            raise _Broken
        return self.now

    def begin_document(self) -> Any | None:
        """The first node's event; None for a text without one."""
        self.step()
        if isinstance(self.step(), yaml.StreamEndEvent):
            return None
        node = self.step()
        is_empty = isinstance(node, yaml.ScalarEvent) and node.value == ""
        return None if is_empty else node

    def end_document(self) -> None:
        self.step()
        if not isinstance(self.step(), yaml.StreamEndEvent):
            self._report("holds a second document: put all cases into one list.", line=self.line)

    def skip(self) -> None:
        """Go to the end of the present node."""
        outside = self._depth - isinstance(self.now, yaml.CollectionStartEvent)
        while self._depth > outside:
            self.step()

    def read_fields(self, case: Raw) -> None:
        """Read the present mapping, to its end."""
        while not isinstance(self.step(), yaml.MappingEndEvent):
            key, line = self.now, self.line
            self.skip()
            name = key.value if isinstance(key, yaml.ScalarEvent) else None
            self.step()
            value = self._text(name or "", case)
            self.skip()
            if name is None:
                self._report("has a field without a name.", row=case.row, line=line)
            elif value is not None:
                case.put(name, value, self._report)
        case.is_whole = True

    def _text(self, name: str, case: Raw) -> Value | None:
        """What the present node says; None, and reported, where that is no text."""
        event, reason = self.now, None
        if isinstance(event, yaml.AliasEvent):
            reason = f"is an alias (*{quoted(event.anchor)}): write the text itself."
        elif isinstance(event, yaml.CollectionStartEvent):
            kind = "a list" if isinstance(event, yaml.SequenceStartEvent) else "a group of fields"
            reason = f"should be a text, but is {kind}."
        elif event.tag not in _TEXT_TAGS:
            reason = f"has a tag ({quoted(event.tag)}), which means nothing here: remove it."
        if reason:
            case.spoil(name, reason, self._report, line=self.line)
            return None
        is_nothing = event.implicit[0] and event.value in _NOTHING
        return Value(None if is_nothing else event.value, self.line)
