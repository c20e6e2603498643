"""Formats other than JSON, captions and plain text, recognised by their first characters."""

from __future__ import annotations

from collections.abc import Callable

from medtui.documents.decode import MAX_BYTES
from medtui.documents.errors import DocumentError
from medtui.documents.transcripts import linguistic, markup, subtitles, tables
from medtui.documents.turns import Draft

Reader = Callable[[str], Draft | None]

READERS: dict[str, Reader] = {
    "textgrid": linguistic.read_textgrid,
    "chat": linguistic.read_chat,
    "rttm": linguistic.read_rttm,
    "ass": subtitles.read_ass,
    "elan": markup.read_elan,
    "ttml": markup.read_ttml,
    "youtube": markup.read_timed_text,
    "html": markup.read_html,
    "table": tables.read,
}
"""By the name of the shape: the draft, or None where a text is of another family."""

_INSTALL = "pip install 'medtui[docx]'"


def read(text: str) -> tuple[str, Draft] | None:
    """The name of a text's format, and its draft; None for other formats.

    Raises DocumentError for a known format that cannot be read.
    """
    for name, reader in READERS.items():
        if (draft := reader(text)) is not None:
            return name, draft
    return None


def text_of_office(data: bytes) -> str | None:
    """The text of a word processor's file; None where it is none.

    Raises DocumentError where the library that reads it is not installed, or the file is broken.
    """
    if data.startswith(b"PK\x03\x04"):
        return _text_of_zip(data)
    if data[:64].lstrip().startswith(b"{\\rtf"):
        return _text_of_rtf(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise DocumentError(
            "This is an old Word or Excel file: save it as plain text or as DOCX, and bring that.",
            title="Not a text",
        )
    if data.startswith(b"%PDF-"):
        raise DocumentError(
            "This is a PDF, which holds no text that can be relied on: export the transcript as"
            " text, VTT or JSON.",
            title="Not a text",
        )
    return None


def _text_of_zip(data: bytes) -> str | None:
    import io
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {info.filename: info.file_size for info in archive.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError):
        names = {}
    if "word/document.xml" not in names:
        what = "an Excel file" if "xl/workbook.xml" in names else "a ZIP archive"
        if "content.xml" in names:
            what = "an OpenDocument file"
        raise DocumentError(
            f"This is {what}, which holds no text that is read here: save it as plain text or"
            " CSV, or bring what is in it.",
            title="Not a text",
        )
    if sum(names.values()) > MAX_BYTES:
        raise DocumentError(
            f"This Word document unpacks to more than {MAX_BYTES // 1024**2} MB: choose a "
            "smaller one.",
            title="Too large",
        )
    try:
        import docx
    except ImportError as error:
        raise DocumentError(
            f"This is a Word document: install what reads it ({_INSTALL}), or save it as plain"
            " text.",
            title="A Word document",
        ) from error
    try:
        document = docx.Document(io.BytesIO(data))
        lines: list[str] = []
        for part in document.iter_inner_content():
            if hasattr(part, "rows"):
                lines += ["\t".join(cell.text for cell in row.cells) for row in part.rows]
            else:
                lines.append(part.text)
    except Exception as error:  # the library raises what its XML parser and ZIP raise
        raise DocumentError(
            "This Word document is broken: save it again, or as plain text.", title="Broken file"
        ) from error
    return "\n".join(lines)


def _text_of_rtf(data: bytes) -> str:
    try:
        from striprtf.striprtf import rtf_to_text
    except ImportError as error:
        raise DocumentError(
            f"This is an RTF document: install what reads it ({_INSTALL}), or save it as plain"
            " text.",
            title="An RTF document",
        ) from error
    if len(data) > MAX_BYTES // 8:
        raise DocumentError("This RTF document is too large: save it as plain text.")
    try:
        return str(
            rtf_to_text(  # type: ignore[no-untyped-call]
                data.decode("cp1252", "replace"), errors="ignore"
            )
        )
    except Exception as error:  # a document of any kind may be behind the first five letters
        raise DocumentError(
            "This RTF document is broken: save it again, or as plain text.", title="Broken file"
        ) from error
