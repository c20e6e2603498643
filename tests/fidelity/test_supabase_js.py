"""The JavaScript client gets along with the local server as the Python client does."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from tests.helpers.realtime_door import POLICIES, allow
from tests.helpers.stack import Stack
from tests.helpers.supabase_js import node

WALK = Path(__file__).with_name("walk.mjs")


@pytest.mark.parametrize("vsn", ["2.0.0", pytest.param("1.0.0", marks=pytest.mark.long)])
async def test_it_signs_in_reads_writes_and_follows(vsn: str, stack: Stack) -> None:
    await stack.sql(POLICIES)
    host, other = await stack.person("Amara", "Okafor"), await stack.person("Ben", "Adler")
    rights = [f"{what} {of}" for what in ("receive", "send") for of in ("broadcast", "presence")]
    await allow(stack, host, *rights)
    await allow(stack, other, *rights)
    seen = await node(
        WALK,
        url=stack.url,
        secret=stack.service_key if vsn == "1.0.0" else stack.keys.secret_key,
        key=stack.anon_key if vsn == "1.0.0" else stack.keys.publishable_key,
        vsn=vsn,
        host={"email": host.email, "password": host.password},
        other={"email": other.email, "password": other.password},
        hostId=str(host.id),
        session=str(uuid4()),
    )
    refusal = "You do not have permissions to read from this Channel topic: closed"
    assert seen == {
        "wrongPassword": "invalid_credentials",
        "board": "SUBSCRIBED",
        "inserted": {"type": "mock", "host": {"last_name": "Okafor"}},
        "forbidden": "42501",
        "updated": [{"type": "review"}],
        "ambiguous": "PGRST201",
        "nobody": None,
        "uploaded": None,
        "info": 2,
        "exists": [True, False],
        "removed": 1,
        "count": 1,
        "deleted": 204,
        "changes": [["INSERT", "mock"], ["UPDATE", "review"], ["DELETE", None]],
        "heard": ["mock"],
        "made": "made@example.org",
        "users": 3,
        "host": "SUBSCRIBED",
        "other": "SUBSCRIBED",
        "track": ["ok", "ok"],
        "send": "ok",
        "said": ["host heard grüß", "other heard grüß"],
        "closed": f"CHANNEL_ERROR: Unauthorized: {refusal}",
        "signedOut": None,
    }
