"""Attacks with the public key and an account: through REST, RPC, Storage, Realtime.

Each attack of the list is made as each of those who might make it. The short form runs against
our PostgreSQL; the long one against every PostgreSQL at hand, on new databases and on adopted
ones with lax policies, and prints one table.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import tests.supabase.attacks.accounts
import tests.supabase.attacks.boards
import tests.supabase.attacks.briefs
import tests.supabase.attacks.deletion
import tests.supabase.attacks.files
import tests.supabase.attacks.notes
import tests.supabase.attacks.older_clients
import tests.supabase.attacks.posts
import tests.supabase.attacks.rooms
import tests.supabase.attacks.rounds
import tests.supabase.attacks.seats
import tests.supabase.attacks.spoilers
import tests.supabase.attacks.tokens
import tests.supabase.attacks.waiting  # noqa: F401  # each puts its attacks on the list
from medtui.local.install import MIGRATIONS
from medtui.local.postgres import Cluster
from tests.helpers.stack import Stack, make_template, stacked
from tests.supabase.doors import knock
from tests.supabase.scene import ATTACKS, Attack, staged
from tests.supabase.versions import at_hand, running

if TYPE_CHECKING:
    from medtui.local.keys import ServerKeys

ADOPTED = Path(__file__).with_name("adopted.sql")
THE_LIST = set(map(str, range(1, 43)))

CORE = {"1", "6", "8", "12", "18", "24", "33", "35", "37", "40"}

HARMLESS = {"7", "8", "17", "23", "25", "26", "30", "31", "32"}
"""What the data model by itself refuses or allows as it should, in part or in whole."""


async def make(attack: Attack, stack: Stack) -> None:
    """Make an attack as everybody who might. AssertionError when it gets through."""
    async with staged(stack) as scene:
        for role in attack.by:
            try:
                await attack.run(scene, scene.who(role))
            except Exception as error:
                error.add_note(f"as {role}")
                raise


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
@pytest.mark.asyncio(loop_scope="module")
async def test_attack(attack: Attack, arena: Stack) -> None:
    await make(attack, arena)


def test_the_list_is_whole() -> None:
    assert {attack.number for attack in ATTACKS} - {"+"} == THE_LIST


@pytest.mark.asyncio(loop_scope="module")
async def test_all_four_doors_are_open(arena: Stack) -> None:
    """None of the attacks is made at the database instead."""
    async with knock(arena) as doors:
        assert doors.open == {"rest", "rpc", "storage", "realtime"}


async def outcome(attack: Attack, stack: Stack) -> str:
    """Why an attack got through, or what is allowed did not work; nothing when all is well."""
    try:
        await make(attack, stack)
    except Exception as error:  # what comes of a success, the attack need not foresee
        return " ".join([repr(error), *getattr(error, "__notes__", [])])
    return ""


async def prepared(cluster: Cluster, kind: str, folder: Path) -> str:
    """A template of this kind; its name."""
    migrations, before = MIGRATIONS, ""
    if kind == "adopted":
        before = ADOPTED.read_text()
    elif kind == "literal":
        migrations = folder / "migrations"
        migrations.mkdir(exist_ok=True)
        shutil.copy(sorted(MIGRATIONS.glob("*.sql"))[0], migrations)
    await make_template(cluster, f"template_{kind}", migrations=migrations, before=before)
    return f"template_{kind}"


@pytest.mark.detail
async def test_a_core_of_the_attacks_on_an_older_postgresql_and_an_adopted_database(
    keys: ServerKeys, tmp_path: Path
) -> None:
    async with running(16) as cluster:
        template = await prepared(cluster, "adopted", tmp_path)
        async with stacked(cluster, keys, template=template) as stack:
            for attack in ATTACKS:
                if attack.number in CORE:
                    await make(attack, stack)


@pytest.mark.long
async def test_every_attack_on_every_postgresql(keys: ServerKeys, tmp_path: Path) -> None:
    table: dict[str, dict[str, str]] = {str(attack): {} for attack in ATTACKS}
    for version in at_hand():
        async with running(version) as cluster:
            for kind in ("new", "adopted", "literal"):
                template = await prepared(cluster, kind, tmp_path)
                async with stacked(cluster, keys, template=template) as stack:
                    for attack in ATTACKS:
                        table[str(attack)][f"{version} {kind}"] = await outcome(attack, stack)
    columns = list(next(iter(table.values())))
    print("\n" + " " * 58 + "".join(f"{column:12}" for column in columns))
    for name, row in table.items():
        cells = ("held" if not row[column] else "FAILS" for column in columns)
        print(f"{name:58}" + "".join(f"{cell:12}" for cell in cells))
    ours = {(n, c): why for n, r in table.items() for c, why in r.items() if "literal" not in c}
    assert {at: why for at, why in ours.items() if why} == {}
    # With the data model alone they fail, or they would prove nothing.
    through = {
        name.split()[0]
        for name, row in table.items()
        if all(row[f"{version} literal"] for version in at_hand())
    }
    assert through >= THE_LIST - HARMLESS
