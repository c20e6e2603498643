"""XML and HTML: ELAN's annotations, TTML, YouTube's timed text, and saved pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from medtui.documents.errors import DocumentError
from medtui.documents.fields import clean, moment, number, speaker_of
from medtui.documents.transcripts.names import with_names
from medtui.documents.transcripts.text import from_text
from medtui.documents.turns import Draft, Piece

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_CHARS = 16_000_000

_FRAMES = re.compile(r"(\d+):(\d\d):(\d\d):(\d+)")
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)(h|m|s|ms|f|t)")
_IN_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3}


def read_elan(text: str) -> Draft | None:
    """ELAN: tiers of annotations; the tier's participant, else its name, is the speaker."""
    root = _root(text, "ANNOTATION_DOCUMENT")
    if root is None:
        return None
    slots = {
        slot.get("TIME_SLOT_ID"): number(slot.get("TIME_VALUE")) for slot in root.iter("TIME_SLOT")
    }
    found: list[Piece] = []
    aside: list[str] = []
    for tier in root.iter("TIER"):
        label = speaker_of(tier.get("PARTICIPANT") or tier.get("TIER_ID"))
        for annotation in tier.iter("ALIGNABLE_ANNOTATION"):
            if said := _text(annotation):
                start = slots.get(annotation.get("TIME_SLOT_REF1"))
                end = slots.get(annotation.get("TIME_SLOT_REF2"))
                found.append(Piece(said, label, start, end))
        aside += [said for part in tier.iter("REF_ANNOTATION") if (said := _text(part))]
    return Draft(_some(found, "ELAN"), 1e-3, is_clock=True, aside=aside)


def read_ttml(text: str) -> Draft | None:
    """TTML and DFXP: paragraphs with times; an agent, or a name in the words, is the speaker."""
    root = _root(text, "tt")
    if root is None:
        return None
    rate = next((number(value) for name, value in root.attrib.items()
                 if _local(name) == "tickRate"), None)  # fmt: skip
    frames = next((number(value) for name, value in root.attrib.items()
                   if _local(name) == "frameRate"), None) or 30.0  # fmt: skip
    agents = {_id(agent): _text(agent) for agent in root.iter() if _local(agent.tag) == "agent"}
    found: list[Piece] = []
    for part in root.iter():
        if _local(part.tag) != "p" or not (said := _text(part)):
            continue
        start = _ttml_time(part.get("begin"), rate, frames)
        end = _ttml_time(part.get("end"), rate, frames)
        if end is None and start is not None:
            length = _ttml_time(part.get("dur"), rate, frames)
            end = None if length is None else start + length
        label = next(
            (value for name, value in part.attrib.items() if _local(name) == "agent"), None
        )
        found.append(Piece(said, speaker_of(agents.get(label or "") or label), start, end))
    if not any(piece.speaker for piece in found):
        found = with_names(found)
    return Draft(_some(found, "TTML"), is_clock=True)


def read_timed_text(text: str) -> Draft | None:
    """YouTube's captions as XML: `<p t d>` in milliseconds, `<text start dur>` in seconds."""
    root = _root(text, "timedtext")
    old = _root(text, "transcript") if root is None else None
    found: list[Piece] = []
    if root is not None:
        for part in root.iter("p"):
            start, length = number(part.get("t")), number(part.get("d"))
            end = None if start is None or length is None else start + length
            if said := _text(part):
                found.append(Piece(said, None, start, end))
        return Draft(with_names(_some(found, "YouTube's captions")), 1e-3, is_clock=True)
    if old is None or next(old.iter("text"), None) is None:
        return None
    for part in old.iter("text"):
        start, length = number(part.get("start")), number(part.get("dur"))
        end = None if start is None or length is None else start + length
        if said := _text(part):
            found.append(Piece(clean(_unescaped(said)), None, start, end))
    return Draft(with_names(_some(found, "YouTube's captions")), is_clock=True)


def read_html(text: str) -> Draft | None:
    """The words of a page, line by line; names are told as in plain text."""
    head = text[:1_000].lstrip("\ufeff \r\n\t").casefold()
    if not head.startswith(("<!doctype html", "<html", "<body", "<div", "<p>")):
        if head.startswith("<?xml") or (re.match(r"<\w[^\n<>]*>", head) and "</" in head):
            raise DocumentError(
                "This is XML of a kind that is not read here: export the transcript as VTT, SRT,"
                " text or JSON.",
                title="Not known",
            )
        return None
    page = _Page()
    page.feed(text[:MAX_CHARS])
    draft = from_text("".join(page.lines))
    if draft is None:
        raise DocumentError(
            "This page holds no words: save the transcript itself, as text or VTT.",
            title="Nothing to read",
        )
    draft.notes.append("This is a web page: all its words are shown, not only the consultation.")
    return draft


class _Page(HTMLParser):
    """Collects a page's text; blocks are lines."""

    _BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "section", "td"})
    _SILENT = frozenset({"script", "style", "template"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in self._SILENT
        if tag in self._BLOCKS:
            self.lines.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in self._SILENT))
        if tag in self._BLOCKS:
            self.lines.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.lines.append(data.replace("\n", " "))


def _root(text: str, name: str) -> Element | None:
    """The root element if it has this name; None for other names and for text that is no XML."""
    head = text[:4_000]
    if not re.search(rf"<(?:\w+:)?{name}[\s>]", head) or not head.lstrip("\ufeff \r\n").startswith(
        "<"
    ):
        return None
    if "<!ENTITY" in text or len(text) > MAX_CHARS:
        raise DocumentError(
            "This XML is too large, or defines entities of its own, which is not read: export it"
            " as VTT or text."
        )
    from xml.etree import ElementTree

    try:
        root = ElementTree.fromstring(re.sub(r"^\ufeff?\s*<\?xml[^>]*\?>", "", text))  # noqa: S314
    except (ElementTree.ParseError, ValueError) as error:
        raise DocumentError(
            f"This XML file breaks off: {clean(str(error))[:80]}. Export it again.",
            title="Broken file",
        ) from error
    return root if _local(root.tag) == name else None


def _some(found: list[Piece], name: str) -> list[Piece]:
    if not found:
        raise DocumentError(
            f"This file is {name} and holds no words: export it again.", title="Nothing to read"
        )
    return found


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def _id(part: Element) -> str:
    return next((value for name, value in part.attrib.items() if _local(name) == "id"), "")


def _text(part: Element) -> str:
    return clean(" ".join(_strings(part)))


def _strings(part: Element) -> Iterator[str]:
    for text in part.itertext():
        if text.strip():
            yield text.strip()


def _unescaped(text: str) -> str:
    import html

    return html.unescape(text)


def _ttml_time(value: str | None, rate: float | None, frames: float) -> float | None:
    if value is None:
        return None
    if match := _FRAMES.fullmatch(value.strip()):
        hours, minutes, seconds, frame = (float(part) for part in match.groups())
        return hours * 3600 + minutes * 60 + seconds + frame / frames
    if match := _AMOUNT.fullmatch(value.strip()):
        amount = float(match[1])
        if match[2] == "t":
            return amount / rate if rate else None
        return amount / frames if match[2] == "f" else amount * _IN_SECONDS[match[2]]
    return moment(value)
