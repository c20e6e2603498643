"""SQL deletes no row of a file or bucket: its bytes would stay behind."""

from __future__ import annotations

import psycopg
import pytest

from tests.helpers.stack import Stack


@pytest.mark.parametrize("table", ["objects", "buckets"])
async def test_only_the_storage_server_deletes(table: str, stack: Stack) -> None:
    host = await stack.person()
    await stack.file(await stack.session(host), "transcript.json")
    message = "Direct deletion from storage tables is not allowed"
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=message):
        await stack.sql(f"delete from storage.{table}")
    assert len(await stack.sql("select from storage.objects")) == 1
    await stack.remove_files()
    assert await stack.sql("select from storage.objects") == []
    assert list(stack.files.iterdir()) == []
