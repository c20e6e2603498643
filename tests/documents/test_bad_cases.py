"""Cases in files: every mistake is found, named with its place, and enough to take nothing."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medtui.documents.cases import BadCases, Unusable, read_cases
from tests.documents.test_cases import EXAMPLES, GOOD, quickly


def wrong(path: Path) -> list[str]:
    """What is said of a file that cannot be taken."""
    with pytest.raises(BadCases) as caught:
        read_cases(path)
    return [str(problem) for problem in caught.value.problems]


def test_all_mistakes_of_a_yaml_file_are_named_at_once(file: Any) -> None:
    text = """\
- case_name: A
  candidat_brief: x
  actor_brief: [1, 2]
- case_name_internal: N1
  case_name: !!python/object/apply:os.system ["true"]
  candidate_brief: &brief b
  actor_brief: *brief
- just text
- case_name_internal: N1
  id: nope
  case_name: z
  case_name: y
  candidate_brief: b
  actor_brief: b
"""
    said = wrong(file("x.yaml", text))
    assert [line.partition(": ")[0] for line in said] == [
        "x.yaml, case 1, line 1, candidate_brief",
        "x.yaml, case 1, line 1, case_name_internal",
        "x.yaml, case 1, line 2",
        "x.yaml, case 1, line 3, actor_brief",
        "x.yaml, case 2, line 5, case_name",
        "x.yaml, case 2, line 7, actor_brief",
        "x.yaml, case 3, line 8",
        "x.yaml, case 4, line 9, case_name_internal",
        "x.yaml, case 4, line 10, id",
        "x.yaml, case 4, line 12, case_name",
    ]
    assert "did you mean candidate_brief?" in said[2]
    assert "case 2 already" in said[7]


def test_all_mistakes_of_a_table_are_named_at_once(file: Any) -> None:
    text = (
        "case_name_internal,case_name,candidate_brief,actor_brief,colour\n"
        'A,n,"two\nlines",a,red\n'
        "\n"
        "B,,c,a\n"
        "A,n,c,,blue\n"
    )
    assert [line.partition(": ")[0] for line in wrong(file("x.csv", text))] == [
        "x.csv, line 1",
        "x.csv, case 2, line 5",
        "x.csv, case 3, line 6, actor_brief",
        "x.csv, case 3, line 6, case_name_internal",
    ]


def test_all_mistakes_of_a_json_file_are_named_at_once(file: Any) -> None:
    text = '[{"case_name": 1, "case_name": "x"},\n 5,\n {"case_name": "\\u001b[31m"}\n}'
    said = wrong(file("x.json", text))
    assert "x.json, case 1, line 1, case_name: should be a text in quotes, but is a number." in said
    assert "x.json, case 2, line 2: should be an object with fields, but is a number." in said
    assert any("line 3, case_name: holds a control character (U+001B)" in line for line in said)
    assert any("line 4: is no valid JSON" in line for line in said)


def test_mistakes_in_markdown_name_their_file(file: Any) -> None:
    file("m/a.md", "---\ncase_name: [x\n---\n# Candidate brief\n1\n# Actor brief\n2\n# Actor brief")
    file("m/b.md", "hello\n# candidate brief\nx")
    file("m/c.md", "")
    file("m/d.md", "---\ncase_name: x\n")
    file("m/e.md", "---\ncase_name: x\n---\nlost\n# Actor brief\ny")
    said = wrong(file("m/f.md", "\n---\n---\n# Candidate brief\nc\n# Actor brief\n").parent)
    assert [line.partition(": ")[0] for line in said] == [
        "a.md, line 2, case_name",
        "a.md, line 3",
        "a.md, line 8, actor_brief",
        "b.md, line 1",
        "c.md",
        "d.md, line 1",
        "e.md, candidate_brief",
        "e.md, line 4",
        "f.md, case_name",
        "f.md, line 6, actor_brief",
    ]


def test_the_same_name_in_two_files_of_a_folder_names_both(file: Any) -> None:
    text = "---\ncase_name_internal: A\ncase_name: n\n---\n# Candidate brief\nc\n# Actor brief\na\n"
    file("m/one.md", text)
    [said] = wrong(file("m/two.md", text).parent)
    assert said.startswith("two.md, line 2, case_name_internal:")
    assert "one.md" in said


@pytest.mark.parametrize("field", ["case_name", "candidate_brief", "domain"])
def test_a_text_that_no_server_would_take_is_refused(file: Any, field: str) -> None:
    long = wrong(file("x.json", json.dumps([GOOD | {field: "x" * 50_001}])))
    assert [line for line in long if f"line 1, {field}: has 50,001 characters" in line]
    harmful = wrong(file("x.json", json.dumps([GOOD | {field: "a\x07\ud800"}])))
    assert len([line for line in harmful if "control character" in line]) == 2


def test_a_short_field_is_one_line(file: Any) -> None:
    [said] = wrong(file("x.json", json.dumps([GOOD | {"category": "two\nlines"}])))
    assert said == "x.json, case 1, line 1, category: should be one line."


@pytest.mark.parametrize("name", ["x.yaml", "x.json", "x.csv", "x.md"])
def test_a_file_that_is_not_utf8_says_where_and_what_to_do(file: Any, name: str) -> None:
    [said] = wrong(file(name, "one\ntwo\ncafé".encode("latin-1")))
    assert said.startswith(f"{name}, line 3: is not UTF-8 here: save")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.yaml", ""),
        ("x.yaml", "# nothing yet\n---\n"),
        ("x.yaml", "[]"),
        ("x.json", " \n"),
        ("x.json", "[]"),
        ("x.csv", ""),
        ("x.csv", "case_name,candidate_brief\n,\n"),
        ("x.xlsx", "PK"),
        ("folder/x.txt", "no Markdown"),
    ],
)
def test_what_holds_no_case_is_unusable(file: Any, name: str, content: str) -> None:
    path = file(name, content)
    with pytest.raises(Unusable, match=r"\.$"):
        read_cases(path.parent if "/" in name else path)


def test_what_is_not_there_or_no_file_is_unusable(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", Path("/dev/zero"), tmp_path):
        with pytest.raises(Unusable):
            read_cases(path)


def test_a_file_larger_than_a_server_takes_is_not_read(file: Any) -> None:
    path = file("x.csv", "")
    with path.open("wb") as opened:
        opened.truncate(3_000_000_000)  # of nothing: it has no size on the disk
    began = time.monotonic()
    with pytest.raises(Unusable, match="3000 MB"):
        read_cases(path)
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize(
    ("name", "content"),
    [
        # Ten to the ninth laughs.
        ("x.yaml", "a: &a [x]\n" + "".join(f"b{i}: &b{i} [*a, *a]\n" for i in range(9))),
        ("x.yaml", "- &a\n" + "- [" + "*a, " * 9_000 + "]"),
        ("x.yaml", "- a: " + "[" * 500_000),
        ("x.yaml", "- " * 200_000),
        ("x.yaml", "- {<<: *x}"),
        ("x.yaml", "- a: b: c"),
        ("x.yaml", "- !!python/object/new:os.system [true]"),
        ("x.yaml", "- [a]: b\n- a: 1\n--- b"),
        ("x.json", "[" * 500_000),
        ("x.json", '[{"a": ' * 200_000),
        ("x.json", "[" + "9" * 10_000 + "]"),
        ("x.json", '{"cases": []}'),
        ("x.csv", 'case_name\n"' + "x" * 200_000),
        ("x.csv", 'case_name\n"a"b\n'),
        ("x.csv", "case_name,case_name\na,b\n"),
        ("x.md", "---\n" + "- " * 200_000 + "\n---\n"),
    ],
)
def test_a_hostile_file_is_refused_quickly(file: Any, name: str, content: str) -> None:
    path = file(name, content)
    began = time.monotonic()
    assert wrong(path)
    assert time.monotonic() - began < 2


@quickly
@given(
    st.sampled_from(["cases.yaml", "cases.json", "cases.csv", "markdown/oph-90-floaters.md"]),
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 40), st.binary(max_size=6)), max_size=4),
)
def test_a_damaged_file_is_read_or_refused_and_never_more(
    name: str, damages: list[tuple[int, int, bytes]]
) -> None:
    content = (EXAMPLES / name).read_bytes()
    for at, length, instead in damages:
        content = content[:at] + instead + content[at + length :]
    said = ["nothing"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(content)
        try:
            read_cases(path)
        except BadCases as bad:
            said = [str(problem) for problem in bad.problems]
        except Unusable as unusable:
            said = [str(unusable)]
    assert said
    assert all("\x1b" not in line for line in said)
