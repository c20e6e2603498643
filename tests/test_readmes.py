"""The READMEs name files, classes and functions that exist."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    *(ROOT / "README.md", ROOT / "medtui/README.md", ROOT / "medtui/local/README.md"),
    ROOT / "medtui/commands/README.md",
    *(ROOT / "medtui/supabase/README.md", *sorted((ROOT / ".github").glob("*.md"))),
    *sorted((ROOT / "docs").glob("*.md")),
]


def links() -> Iterator[tuple[str, str]]:
    """Each document, and each local file or heading to which it links."""
    for document in DOCUMENTS:
        for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", document.read_text()):
            yield document.relative_to(ROOT).as_posix(), target


@pytest.mark.parametrize(("document", "target"), sorted(links()))
def test_a_link_leads_to_a_file_or_heading(document: str, target: str) -> None:
    path, _, heading = target.partition("#")
    file = (ROOT / document).parent / path if path else ROOT / document
    assert file.exists()
    if heading:
        titles = re.findall(r"^#+ (.*)", file.read_text(), re.MULTILINE)
        assert heading in [re.sub(r"[^\w -]", "", t).lower().replace(" ", "-") for t in titles]


def sources() -> Iterator[tuple[str, str]]:
    """Each source file that the READMEs and CONTRIBUTING name."""
    for document in (ROOT / "README.md", ROOT / "medtui/README.md", *DOCUMENTS[5:]):
        for file in re.findall(r"`([\w./]+\.(?:css|py|sql))`", document.read_text()):
            yield document.relative_to(ROOT).as_posix(), file


@pytest.mark.parametrize(("document", "file"), sorted(set(sources())))
def test_a_source_file_that_is_named_exists(document: str, file: str) -> None:
    assert (ROOT / file).exists() or (ROOT / "medtui" / file).exists()


def steps() -> Iterator[tuple[str, str]]:
    """File and name of each step of "The way of a key press"."""
    text = (ROOT / "medtui/README.md").read_text()
    section = text.partition("## The way of a key press\n")[2].partition("\n## ")[0]
    for _, file, names, _ in re.findall(r"^\|(.*?)\|(.*?)\|(.*?)\|(.*)\|$", section, re.MULTILINE):
        for name in re.findall(r"`([^`]+)`", names):
            yield file.strip(" `"), name


@pytest.mark.parametrize(("file", "name"), sorted(steps()))
def test_a_step_of_the_way_of_a_key_press_is_in_its_file(file: str, name: str) -> None:
    text = (ROOT / "medtui" / file).read_text()
    if not file.endswith(".py"):
        assert name in text
        return
    body: list[ast.stmt] = ast.parse(text).body
    for part in name.split("."):
        [found] = [node for node in body if part in defined(node)]
        body = getattr(found, "body", [])


def defined(node: ast.stmt) -> set[str]:
    """The names that a statement defines."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return {node.name}
    if isinstance(node, ast.AnnAssign):
        return {ast.unparse(node.target)}
    return {ast.unparse(target) for target in getattr(node, "targets", [])}
