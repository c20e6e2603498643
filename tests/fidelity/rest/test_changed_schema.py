"""A schema that changes under the server: what it has prepared before is no trouble afterwards."""

from __future__ import annotations

from tests.helpers.http_clients import http_client
from tests.helpers.stack import Stack

FUNCTION = "create function public.answer() returns int language sql as 'select 42'"


async def test_a_function_that_goes_and_comes_again(stack: Stack) -> None:
    await stack.sql(FUNCTION)
    async with http_client(headers={"apikey": stack.anon_key}) as http:

        async def asked() -> tuple[int, object]:
            answer = await http.post(f"{stack.url}/rest/v1/rpc/answer", json={})
            said = answer.json()
            return answer.status_code, said if answer.is_success else said["code"]

        for times in range(3, 12):  # it is prepared after some of them
            for _ in range(times):
                assert await asked() == (200, 42)
            await stack.sql("drop function answer()")
            for _ in range(3):
                assert await asked() == (404, "PGRST202")
            await stack.sql(FUNCTION)
