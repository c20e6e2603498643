"""Whatever an e-mail holds, a code or a link: both do the same, over HTTP."""

from __future__ import annotations

import httpx
import pytest

from medtui.data import Backend, Code, Invalid, NeedsConfirmation, NotSignedIn
from tests.data.conftest import Open
from tests.helpers.mails import CODES, LINKS, copied, mail
from tests.helpers.stack import PASSWORD, Person, Stack

NEW, MINE, THEIRS = "new@example.org", "correct horse", "the attacker's own"
BOTH = pytest.mark.parametrize("templates", [LINKS, CODES], ids=["link", "code"])


@pytest.fixture
async def stack(stack: Stack) -> Stack:
    """A server that e-mails, as hosted projects do."""
    stack.autoconfirm = False
    await stack.restart_gateway()
    return stack


def entry(body: str) -> str:
    """What a reader enters: the link, or the digits."""
    text = copied(body)
    return text if "/" in text else "".join(filter(str.isdigit, text))


async def signs_in(open_backend: Open, email: str, password: str) -> bool:
    backend = await open_backend()
    try:
        await backend.auth.sign_in(email, password)
    except (Invalid, NeedsConfirmation):
        return False
    return True


async def signed_up(open_backend: Open, password: str = MINE) -> Backend:
    backend = await open_backend()
    assert not await backend.auth.sign_up(NEW, password)
    return backend


async def opened(link: str) -> str:
    """Open a link in a browser; where that is led to."""
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(link)
        assert answer.status_code == 303
        return answer.headers["location"]


@BOTH
async def test_a_sign_up(templates: dict[str, str], stack: Stack, open_backend: Open) -> None:
    backend = await signed_up(open_backend)
    said = entry(await mail(stack, templates, "signup", NEW))
    assert await backend.codes.enter(Code.SIGN_UP, NEW, said), "they are here for the first time"
    await backend.codes.set_first_password(MINE)
    assert backend.auth.user is not None
    assert backend.auth.user.email == NEW
    assert await signs_in(open_backend, NEW, MINE)
    with pytest.raises(Invalid):
        await (await open_backend()).codes.enter(Code.SIGN_UP, NEW, said)


@BOTH
async def test_the_password_that_was_typed_is_set_after_anothers_sign_up(
    templates: dict[str, str], stack: Stack, open_backend: Open
) -> None:
    await signed_up(open_backend, THEIRS)
    kept = await stack.sql("select encrypted_password from auth.users")
    backend = await open_backend()
    said = entry(await mail(stack, templates, "signup", NEW))
    # As GoTrue does: the first password stays until its owner sets one.
    await stack.sql("update auth.users set encrypted_password = %s", kept[0]["encrypted_password"])
    assert await backend.codes.enter(Code.SIGN_UP, NEW, said)
    await backend.codes.set_first_password(MINE)
    assert await signs_in(open_backend, NEW, MINE)
    assert not await signs_in(open_backend, NEW, THEIRS)


@BOTH
@pytest.mark.parametrize(
    ("code", "kind"), [(Code.SIGN_IN, "magiclink"), (Code.RECOVERY, "recovery")]
)
@pytest.mark.detail(after=1)
async def test_getting_in_without_the_password(
    code: Code, kind: str, templates: dict[str, str], stack: Stack, open_backend: Open
) -> None:
    person, backend = await stack.person(), await open_backend()
    await stack.sql("update auth.users set email_confirmed_at = now() - interval '1 day'")
    await backend.codes.send(code, person.email)
    said = entry(await mail(stack, templates, kind, person.email))
    assert not await backend.codes.enter(code, person.email.upper(), said)
    await backend.codes.set_password("another password")
    assert await signs_in(open_backend, person.email, "another password")
    assert not await signs_in(open_backend, person.email, PASSWORD)


@BOTH
@pytest.mark.parametrize("first", ["old", "new"])
async def test_a_change_of_address(
    first: str, templates: dict[str, str], stack: Stack, open_backend: Open
) -> None:
    person = await stack.person()
    backend = await open_backend(person)
    assert not await backend.codes.change_email(NEW)
    addresses = [person.email, NEW] if first == "old" else [NEW, person.email]
    entries = [entry(await mail(stack, templates, "email_change", each)) for each in addresses]
    other = await backend.codes.enter_change(entries[0])
    assert other == ("" if templates is LINKS else addresses[1])
    assert await backend.codes.enter_change(entries[1]) is None
    [row] = await stack.sql("select email from auth.users where id = %s", person.id)
    assert row["email"] == NEW
    assert backend.auth.user is not None
    assert (backend.auth.user.email, backend.auth.user.new_email) == (NEW, None)


async def test_links_of_a_change_that_were_opened_in_a_browser(
    stack: Stack, open_backend: Open
) -> None:
    person = await stack.person()
    backend = await open_backend(person)
    await backend.codes.change_email(NEW)
    for address in (person.email, NEW):
        assert not await backend.codes.is_changed()
        await opened(copied(await mail(stack, LINKS, "email_change", address)))
    assert await backend.codes.is_changed()
    assert backend.auth.user is not None
    assert backend.auth.user.email == NEW


async def test_after_a_sign_ups_link_was_opened_the_password_signs_in(
    stack: Stack, open_backend: Open
) -> None:
    backend = await signed_up(open_backend)
    link = copied(await mail(stack, LINKS, "signup", NEW))
    with pytest.raises(NeedsConfirmation):
        await backend.auth.sign_in(NEW, MINE)
    assert "#access_token=" in await opened(link)
    assert (await backend.auth.sign_in(NEW, MINE)).email == NEW
    assert "error_code=otp_expired" in await opened(link)
    with pytest.raises(Invalid, match="used already, as opening it does") as refused:
        await backend.codes.enter(Code.SIGN_UP, NEW, link)
    assert refused.value.field == "code"


async def test_a_link_for_another_address_signs_no_one_in(stack: Stack, open_backend: Open) -> None:
    """Else a password that is typed here would become another account's."""
    attacker = await stack.person("Eve")
    theirs = await open_backend()
    await theirs.codes.send(Code.SIGN_IN, attacker.email)
    link = copied(await mail(stack, LINKS, "magiclink", attacker.email))
    backend = await signed_up(open_backend)
    with pytest.raises(Invalid, match="sent to another address"):
        await backend.codes.enter(Code.SIGN_UP, NEW, link)
    assert backend.auth.user is None
    assert await signs_in(open_backend, attacker.email, attacker.password)


async def change_link(stack: Stack, open_backend: Open, person: Person, to: str) -> str:
    await (await open_backend(person)).codes.change_email(to)
    return copied(await mail(stack, LINKS, "email_change", to))


async def test_a_change_takes_no_link_of_another_account(stack: Stack, open_backend: Open) -> None:
    person, attacker = await stack.person(), await stack.person("Eve")
    backend = await open_backend(person)
    await backend.codes.change_email(NEW)
    link = await change_link(stack, open_backend, attacker, "eve@example.org")
    await stack.sql("update auth.users set email_change_confirm_status = 1")  # the last of the two
    with pytest.raises(NotSignedIn, match="sent to another address"):
        await backend.codes.enter_change(link)
    assert backend.auth.user is None


async def test_a_link_does_only_what_it_was_sent_for(stack: Stack, open_backend: Open) -> None:
    person = await stack.person()
    link = await change_link(stack, open_backend, person, NEW)
    for refused in (
        link,
        link.replace("email_change", "signup"),
        link.replace("token=", "token=0"),
    ):
        with pytest.raises(Invalid):
            await (await open_backend()).codes.enter(Code.SIGN_UP, NEW, refused)
    [row] = await stack.sql("select count(*) as n from auth.one_time_codes where code is not null")
    assert row["n"] == 2, "none of it has used up a code"


async def test_a_link_of_another_server_is_not_sent_anywhere(
    stack: Stack, open_backend: Open
) -> None:
    backend = await signed_up(open_backend)
    link = copied(await mail(stack, LINKS, "signup", NEW))
    foreign = link.replace(stack.url, "https://evil.example")
    with pytest.raises(Invalid, match="for another server"):
        await backend.codes.enter(Code.SIGN_UP, NEW, foreign)
    assert await backend.codes.enter(Code.SIGN_UP, NEW, link), "it is as good as before"
