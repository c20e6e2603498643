"""Cases in files: what is written in each format is read back."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import unicodedata
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from medtui.core.models import CaseDraft, clean_block
from medtui.documents.cases import BadCases, read_cases

EXAMPLES = Path(__file__).parents[2] / "medtui" / "documents" / "cases" / "examples"
GOOD = {"case_name_internal": "A 1", "case_name": "n", "candidate_brief": "c", "actor_brief": "a"}
FIELDS = tuple(CaseDraft.model_fields)


@pytest.mark.parametrize("name", ["cases.yaml", "cases.json", "cases.csv", "markdown"])
def test_the_template_of_each_format_reads_as_it_says(name: str) -> None:
    first, second = read_cases(EXAMPLES / name)
    assert (first.case_name_internal, first.condition) == (
        "OPH-90 floaters",
        "Posterior vitreous detachment",
    )
    assert "**Ruth, 63**" in first.candidate_brief
    assert first.actor_brief.endswith("in plain words.")
    assert (second.case_name, second.domain) == ("The clouded window", "informed consent")


def canonical(text: str) -> str:
    """A text as it is kept: without what would harm a terminal, and without a blank margin."""
    text = clean_block(text.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", text).strip()


blocks = st.text(max_size=300).map(canonical).filter(bool)
lines = (
    st.one_of(
        st.text(max_size=60),
        st.sampled_from(["null", "~", "No", "12", "=1+1", "- a", "a: b # c", "@x", "'", '"', "…"]),
    )
    .map(lambda text: canonical(text.replace("\n", " ").replace("\t", " ").replace("\r", " ")))
    .filter(bool)
)
cases = st.lists(
    st.builds(
        CaseDraft,
        id=st.none() | st.uuids(),
        case_name_internal=lines,
        case_name=lines,
        category=st.none() | lines,
        domain=st.none() | lines,
        condition=st.none() | lines,
        candidate_brief=blocks,
        actor_brief=blocks,
    ),
    min_size=1,
    max_size=4,
    unique_by=(lambda case: case.case_name_internal, lambda case: case.id or object()),
)
quickly = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    database=None,
)


def rows_of(drafts: list[CaseDraft]) -> list[dict[str, Any]]:
    return [draft.model_dump(mode="json") for draft in drafts]


def back(name: str, content: bytes) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return rows_of(read_cases(path))


@quickly
@given(cases, st.sampled_from([None, "'", '"', "|", ">"]), st.booleans(), st.booleans())
def test_what_is_written_as_yaml_is_read_back(
    drafts: list[CaseDraft], style: str | None, is_unicode: bool, is_flow: bool
) -> None:
    text = yaml.safe_dump(
        rows_of(drafts), default_style=style, allow_unicode=is_unicode, default_flow_style=is_flow
    )
    # A style for all makes `id: !!null "null"`, which says what it means.
    assume("!!null" not in text)
    assert back("x.yaml", text.encode()) == rows_of(drafts)


@quickly
@given(cases, st.booleans(), st.sampled_from([None, 2]), st.sampled_from(["utf-8", "utf-8-sig"]))
def test_what_is_written_as_json_is_read_back(
    drafts: list[CaseDraft], is_ascii: bool, indent: int | None, encoding: str
) -> None:
    text = json.dumps(rows_of(drafts), ensure_ascii=is_ascii, indent=indent)
    assert back("x.json", text.encode(encoding)) == rows_of(drafts)


@quickly
@given(
    cases,
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_is_written_as_a_table_is_read_back(
    drafts: list[CaseDraft], separator: str, end: str, quoting: Any, encoding: str
) -> None:
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, FIELDS, delimiter=separator, lineterminator=end, quoting=quoting)
    writer.writeheader()
    writer.writerows(rows_of(drafts))
    assert back("x.csv", table.getvalue().encode(encoding)) == rows_of(drafts)


@quickly
@given(cases, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_what_is_written_as_markdown_is_read_back(
    drafts: list[CaseDraft], end: str, is_actor_first: bool
) -> None:
    headings = [("candidate_brief", "# Candidate brief"), ("actor_brief", "# ACTOR BRIEF #")]
    with tempfile.TemporaryDirectory() as folder:
        for number, row in enumerate(rows_of(drafts)):
            short = {name: row[name] for name in FIELDS if not name.endswith("_brief")}
            text = f"---\n{yaml.safe_dump(short, allow_unicode=True)}---\n"
            for name, heading in headings[:: -1 if is_actor_first else 1]:
                assume("brief" not in row[name])
                text += f"\n{heading}\n\n{row[name]}\n"
            (Path(folder) / f"{number}.md").write_bytes(text.replace("\n", end).encode())
        assert rows_of(read_cases(Path(folder))) == rows_of(drafts)


def test_a_field_that_is_not_given_is_not_set_and_an_empty_one_is(file: Any) -> None:
    path = file("x.yaml", yaml.safe_dump([GOOD | {"category": ""}]))
    [case] = read_cases(path)
    assert "category" in case.model_fields_set
    assert "domain" not in case.model_fields_set


def test_fields_may_be_named_as_people_write_them(file: Any) -> None:
    head = "Case name internal;Case-Name;CANDIDATE BRIEF;Actor_brief"
    [case] = read_cases(file("x.csv", f"\ufeff{head}\r\nA;b;c;d\r\n"))
    assert (case.case_name_internal, case.case_name, case.actor_brief) == ("A", "b", "d")


def test_yaml_says_text_where_it_looks_like_something_else(file: Any) -> None:
    text = "- {case_name_internal: 007, case_name: No, candidate_brief: 1e3, actor_brief: 2030-1-1}"
    [case] = read_cases(file("x.yaml", text))
    assert (case.case_name_internal, case.case_name) == ("007", "No")
    assert (case.candidate_brief, case.actor_brief) == ("1e3", "2030-1-1")


def test_a_markdown_file_without_a_name_for_the_team_is_called_as_it_is(file: Any) -> None:
    text = "---\ncase_name: n\n---\n# Candidate brief\nc\n# Actor brief\na\n"
    file("cases/README.md", "About these cases.")
    file("cases/.drafts/x.md", "half done")
    [case] = read_cases(file("cases/eyes/oph-7.md", text).parents[1])
    assert case.case_name_internal == "oph-7"


def test_a_case_is_known_by_an_id_alone(file: Any) -> None:
    id_ = UUID(int=7)
    row = GOOD | {"id": f" {id_} "}
    del row["case_name_internal"]
    [case] = read_cases(file("x.json", json.dumps([row])))
    assert (case.id, case.case_name_internal) == (id_, None)


@pytest.mark.parametrize("told", ["sep={}", '"sep={}"', "SEP={}", "\r\nsep={}", "sep={}{}{}", ""])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_what_spreadsheets_put_before_a_table(
    file: Any, told: str, separator: str, encoding: str
) -> None:
    if not told and separator == "|":
        return  # nothing says so
    table = io.StringIO()
    writer = csv.DictWriter(table, list(GOOD), delimiter=separator)
    writer.writeheader()
    writer.writerow(GOOD | {"candidate_brief": "é, ü; |\tß"})
    first = f"{told.format(*[separator] * 3)}\r\n" if told else ""
    path = file("cases.csv", (first + table.getvalue()).encode(encoding))
    [case] = read_cases(path)
    assert case.candidate_brief == canonical("é, ü; |\tß")


def test_lines_are_counted_from_the_top_of_the_file(file: Any) -> None:
    with pytest.raises(BadCases) as refusal:
        read_cases(file("cases.csv", "sep=;\r\ncase_name;wrong\r\na;b\r\n"))
    assert "line 2" in str(refusal.value.problems[0])
