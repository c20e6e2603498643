"""`medtui cases import` against a server: all or nothing, and twice is once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from medtui.cli import main
from medtui.core.models import CaseDraft
from medtui.data.case_import import Imported, import_cases
from medtui.data.errors import DataError, Invalid, ServerTooOld, Unreachable
from tests.helpers.proxy import proxied
from tests.helpers.stack import Stack


def case(name: str | None, **fields: Any) -> CaseDraft:
    given = {"case_name": "n", "candidate_brief": "c", "actor_brief": "a"} | fields
    return CaseDraft(**({"case_name_internal": name} if name else {}), **given)


async def load(stack: Stack, *cases: CaseDraft, **options: Any) -> Imported:
    return await import_cases(stack.url, stack.service_key, cases, **options)


async def table(stack: Stack) -> list[dict[str, Any]]:
    return await stack.sql("select *, xmin::text as by from cases order by case_name_internal")


async def test_new_cases_are_added_in_one_transaction(stack: Stack) -> None:
    done = await load(stack, *(case(f"C{i:02}", category="x") for i in range(30)))
    rows = await table(stack)
    assert done.added == tuple(row["case_name_internal"] for row in rows)
    assert len(rows) == 30
    assert len({row["by"] for row in rows}) == 1
    assert (rows[0]["category"], rows[0]["domain"], rows[0]["actor_brief"]) == ("x", None, "a")


@pytest.mark.detail
async def test_a_second_import_updates_instead_of_doubling(stack: Stack) -> None:
    await load(stack, case("A", category="x", domain="d"), case("B"))
    before = await table(stack)
    done = await load(stack, case("A", candidate_brief="new"), case("B"), case("C"))
    assert done == Imported(added=("C",), changed=("A",), same=("B",))
    after = await table(stack)
    assert [row["case_name_internal"] for row in after] == ["A", "B", "C"]
    assert after[0] == before[0] | {"candidate_brief": "new", "by": after[0]["by"]}
    assert after[1] == before[1]  # not even written


async def test_the_newer_kind_of_service_key_works_too(stack: Stack) -> None:
    done = await import_cases(stack.url, stack.keys.secret_key, [case("A")])
    assert (done.added, len(await table(stack))) == (("A",), 1)


@pytest.mark.detail
async def test_what_is_left_empty_is_emptied_and_what_is_left_out_stays(stack: Stack) -> None:
    await stack.sql("alter table cases add column private boolean default true")
    await load(stack, case("A", category="x", domain="d"))
    await load(stack, case("A", category=None))
    [row] = await table(stack)
    assert (row["category"], row["domain"], row["private"]) == (None, "d", True)


async def test_a_case_that_was_there_before_is_known_by_its_name(stack: Stack) -> None:
    id_ = uuid4()
    await stack.sql("insert into cases (id, case_name_internal) values (%s, 'A')", id_)
    done = await load(stack, case("A"))
    [row] = await table(stack)
    assert (row["id"], row["case_name"], done.changed) == (id_, "n", ("A",))


@pytest.mark.detail
async def test_an_id_of_its_own_renames_a_case(stack: Stack) -> None:
    id_ = uuid4()
    await load(stack, case("A", id=id_))
    await load(stack, case("B", id=id_))
    [row] = await table(stack)
    assert (row["id"], row["case_name_internal"]) == (id_, "B")
    done = await load(stack, case(None, id=id_, case_name="shown"))
    [row] = await table(stack)
    assert (row["case_name_internal"], row["case_name"], done.changed) == ("B", "shown", ("shown",))


@pytest.mark.detail
async def test_the_same_file_from_two_machines_at_once_is_imported_once(stack: Stack) -> None:
    cases = [case(f"C{i}") for i in range(10)]
    await asyncio.gather(*(load(stack, *cases) for _ in range(4)))
    assert len(await table(stack)) == 10


async def test_names_that_could_mean_several_cases_are_refused_together(stack: Stack) -> None:
    await stack.sql("insert into cases (case_name_internal) values ('A'), ('A'), ('B')")
    with pytest.raises(Invalid) as refused:
        await load(stack, case("A"), case("B", id=uuid4()), case("C"))
    assert "“A” is the name of 2 cases" in refused.value.message
    assert "“B” is the name of another case" in refused.value.message
    assert len(await table(stack)) == 3


async def test_one_case_that_the_database_refuses_stops_them_all(stack: Stack) -> None:
    await stack.sql("alter table cases add constraint cases_domain_check check (domain <> 'x')")
    with pytest.raises(Invalid):
        await load(stack, case("A"), case("B", domain="x"), case("C"))
    assert await table(stack) == []


@pytest.mark.detail
async def test_a_catalogue_of_more_than_a_page_is_known_whole(stack: Stack) -> None:
    await stack.sql(
        "insert into cases (case_name_internal, case_name, candidate_brief, actor_brief)"
        " select 'C' || i, 'n', 'c', 'a' from generate_series(1, 1100) as i"
    )
    done = await load(stack, *(case(f"C{i}") for i in range(1, 1103)))
    assert (done.added, len(done.same)) == (("C1101", "C1102"), 1100)


async def test_a_dry_run_says_what_would_be_done_and_does_nothing(stack: Stack) -> None:
    await load(stack, case("A"))
    done = await load(stack, case("A", domain="d"), case("B"), dry_run=True)
    assert done == Imported(added=("B",), changed=("A",), same=())
    [row] = await table(stack)
    assert row["domain"] is None


async def test_an_answer_that_gets_lost_imports_once(stack: Stack) -> None:
    async with proxied(stack.url) as proxy:
        proxy.answers_to_lose["POST"] = 1
        done = await import_cases(proxy.url, stack.service_key, [case("A"), case("B")])
    assert (done.added, len(proxy.requests("POST /rest/v1/cases"))) == (("A", "B"), 2)
    assert len(await table(stack)) == 2


# Servers and keys with which it cannot be done: one sentence, and nothing is done


async def said(url: str, key: str) -> DataError:
    with pytest.raises(DataError) as refused:
        await import_cases(url, key, [case("A")])
    assert refused.value.message.count(". ") == 0
    assert refused.value.message.endswith(".")
    return refused.value


async def test_the_public_key_is_not_even_sent(stack: Stack) -> None:
    async with proxied(stack.url) as proxy:
        for key in (stack.anon_key, "sb_publishable_x"):
            error = await said(proxy.url, key)
            assert "public key" in error.message
            assert isinstance(error, Invalid)
        assert "not a service key" in (await said(proxy.url, "eyJ.half.key")).message
        assert "SUPABASE_SERVICE_ROLE_KEY" in (await said(proxy.url, " ")).message
        assert proxy.asked == []


async def test_a_key_of_another_project_is_refused(stack: Stack) -> None:
    from medtui.local.keys import ServerKeys

    for key in (ServerKeys.new().service_role_key, "sb_secret_of_another_project"):
        error = await said(stack.url, key)
        assert "refuses this key" in error.message
        assert key not in error.message


async def test_a_key_that_may_not_change_cases_is_refused(stack: Stack) -> None:
    await stack.sql("revoke all on cases from service_role")
    assert "refuses this service key" in (await said(stack.url, stack.service_key)).message


async def test_a_server_that_cannot_be_used_says_why(stack: Stack) -> None:
    key = stack.service_key
    async with proxied("http://127.0.0.1:1") as nobody:
        assert isinstance(await said(nobody.url, key), Unreachable)
    assert isinstance(await said("http://127.0.0.1:1", key), Unreachable)
    assert isinstance(await said("no url", key), Invalid)
    await stack.sql("alter table cases rename column domain to field")
    assert isinstance(await said(stack.url, key), ServerTooOld)
    await stack.sql("drop table cases cascade; drop table profiles cascade")
    assert isinstance(await said(stack.url, key), ServerTooOld)


# The command


@pytest.fixture
def run(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> Callable[..., Any]:
    """`await run(options…)`: the exit code, and what was said."""
    monkeypatch.setenv("MEDTUI_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("SUPABASE_URL", stack.url)
    monkeypatch.setenv("SUPABASE_SERVICE_ROLE_KEY", stack.service_key)

    async def run_(path: Path | None, *options: str) -> tuple[int, str]:
        words = [*options] if path is None else [str(path), *options]
        with pytest.raises(SystemExit) as ended:
            await asyncio.to_thread(main, ["cases", "import", *words])
        out, err = capsys.readouterr()
        return int(str(ended.value.code)), out + err

    return run_


@pytest.mark.detail(after=1)
@pytest.mark.parametrize("form", ["yaml", "json", "csv", "markdown"])
async def test_a_template_is_made_filled_in_and_imported(
    stack: Stack, tmp_path: Path, run: Any, form: str
) -> None:
    path = tmp_path / ("cases" if form == "markdown" else f"cases.{form}")
    code, text = await run(path, "--example", form)
    assert (code, str(path) in text) == (0, True)
    assert await run(path, "--example", form) == (
        2,
        f"medtui: {path} already exists: name a new one.\n",
    )
    assert (await run(path, "--dry-run"))[1] == (
        "2 cases: 2 would be added, 0 would be changed, 0 unchanged.\n"
    )
    assert await run(path) == (0, "2 cases: 2 added, 0 changed, 0 unchanged.\n")
    assert await run(path) == (0, "2 cases: 0 added, 0 changed, 2 unchanged.\n")
    rows = await table(stack)
    assert [row["condition"] for row in rows] == ["Posterior vitreous detachment", "Cataract"]
    code, printed = await run(None, "--example", form)
    assert (code, "The cobweb on the ceiling" in printed) == (0, True)


async def test_a_file_with_mistakes_imports_nothing_and_names_them_all(
    stack: Stack, tmp_path: Path, run: Any
) -> None:
    path = tmp_path / "cases.json"
    good = {"case_name_internal": "A", "case_name": "n", "candidate_brief": "c", "actor_brief": "a"}
    path.write_text(json.dumps([good, good, good | {"case_name_internal": "B", "id": 7}]))
    code, text = await run(path)
    assert code == 1
    assert text.splitlines()[-1] == f"medtui: nothing was imported: fix 2 things in {path} first."
    assert await table(stack) == []


async def test_exit_codes_tell_asked_wrongly_from_failed(
    stack: Stack, tmp_path: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cases.yaml"
    await run(path, "--example", "yaml")
    assert (await run(None))[0] == 2
    assert (await run(tmp_path / "none.yaml"))[0] == 2
    assert (await run(path, "--service-key", stack.anon_key))[0] == 2
    assert (await run(path, "--url", "http://127.0.0.1:1"))[0] == 1
    monkeypatch.delenv("SUPABASE_SERVICE_ROLE_KEY")
    assert (await run(path))[0] == 2
    code, text = await run(path, "--dry-run")
    assert (code, "Not compared with a server" in text) == (0, True)
    monkeypatch.delenv("SUPABASE_URL")
    assert (await run(path))[0] == 2
    assert await table(stack) == []


async def test_the_practice_of_this_machine_needs_no_key(
    tmp_path: Path, folder: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPABASE_URL", "local")
    monkeypatch.delenv("SUPABASE_SERVICE_ROLE_KEY")
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    path = tmp_path / "cases.yaml"
    await run(path, "--example", "yaml")
    assert (await run(path))[1].startswith("2 cases: 2 added")
    assert (await run(path))[1].endswith("2 unchanged.\n")
