"""Codes by e-mail: signing up, getting back in, a new password, another address."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import httpx
import pytest
from supabase_auth.errors import AuthApiError
from textual import events

from medtui.account import cooldown_button
from medtui.account.code import digits_of
from medtui.data import MemoryTokens
from medtui.data.codes import Codes
from medtui.data.events import SignedOut
from tests.helpers.mails import LINKS, copied, mail
from tests.helpers.seats import Seat
from tests.helpers.stack import PASSWORD, Person, Stack, password_hash

NEW = "new@example.org"


@pytest.fixture
async def by_code(database: Stack) -> Stack:
    """A server that wants e-mailed codes, as hosted projects do."""
    database.autoconfirm = False
    await database.start_gateway()
    return database


@pytest.fixture
def stack(by_code: Stack) -> Stack:
    """The one that `seat` is configured for."""
    return by_code


class Hands:
    """The time by which buttons wait: moved by hand."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    hands = Hands()
    monkeypatch.setattr(cooldown_button, "now", hands)
    return hands


async def says(here: Seat, *texts: str) -> None:
    """Wait until the screen says these, wherever its lines end."""
    await here.until(lambda: all(text in " ".join(here.text.split()) for text in texts))


async def tick(here: Seat, hands: Hands, seconds: float) -> None:
    """Let so much time pass for the buttons that wait."""
    hands.at += seconds
    with here.app._context():
        for button in here.app.screen.query(cooldown_button.CooldownButton):
            button._draw()
    await here.pause()


async def code_of(stack: Stack, email: str, purpose: str) -> str:
    (row,) = await stack.sql(
        "select code from auth.one_time_codes where email = %s and purpose = %s", email, purpose
    )
    return str(row["code"])


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


async def minutes_later(stack: Stack) -> None:
    await stack.sql("update auth.one_time_codes set sent_at = sent_at - interval '2 minutes'")


async def sign_up(here: Seat, email: str = NEW) -> None:
    await here.press("ctrl+t")
    await here.fill("email", email)
    await here.fill("password", "correct horse")
    await here.press("enter")
    await here.until_screen("CodeScreen")


async def signs_in(stack: Stack, email: str, password: str) -> bool:
    """Whether the auth server accepts a password: asked with another client."""
    client = await stack.client()
    try:
        await client.auth.sign_in_with_password({"email": email, "password": password})
    except AuthApiError:
        return False
    return True


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("123456", "123456"),
        (" 123 456 ", "123456"),
        ("1234-5678", "12345678"),
        ("Your code is: 1234567890.", "1234567890"),
        ("１２３４５６", "123456"),
        ("12\u00a03456\u200b", "123456"),
        ("١٢٣٤٥٦", "123456"),
        ("", ""),
        ("²³", "23"),
        ("no code", ""),
    ],
)
def test_a_code_is_read_out_of_what_was_pasted(text: str, code: str) -> None:
    assert digits_of(text) == code


# Signing up


@pytest.mark.detail
async def test_a_sign_up_waits_for_the_emailed_code(by_code: Stack, seat: Any) -> None:
    here = await seat()
    await sign_up(here)
    await says(
        here, f"If {NEW} is new here, we have e-mailed it a code or a link", "Send it again in "
    )
    code = await code_of(by_code, NEW, "signup")
    for typed, words in (
        ("", "Enter the code or the link from the e-mail"),
        ("12345", "A code has 6 to 10 digits"),
        ("12345678901", "A code has 6 to 10 digits"),
        (wrong(code), "wrong or too old"),
    ):
        await here.fill("code", typed)
        await here.press("enter")
        await says(here, words)
        assert here.app.screen.code.value == typed, "what was typed stays"
        assert here.app.focused is here.app.screen.code.input
    await here.press("ctrl+r")
    await says(here, "You can send it again in")

    await here.fill("code", f" {code[:3]} {code[3:]} ")
    await here.press("enter")
    await here.until_screen("ProfileScreen")


@pytest.mark.long
async def test_the_server_says_for_how_long_the_button_counts(
    by_code: Stack, seat: Any, hands: Hands
) -> None:
    here = await seat()
    await sign_up(here)
    await tick(here, hands, 17.5)
    await says(here, "Send it again in 43 s")
    await tick(here, hands, 60)
    # For us a minute has passed, for the server 18 seconds.
    await by_code.sql("update auth.one_time_codes set sent_at = now() - interval '18 seconds'")
    await here.fill("code", "123")
    await here.press("ctrl+r")
    await says(here, "sends no more codes for now", "Send it again in 42 s")
    assert here.app.screen.code.value == "123"
    await here.press("ctrl+r")
    await says(here, "You can send it again in 42 s")
    await tick(here, hands, 42)
    await by_code.sql("update auth.one_time_codes set sent_at = now() - interval '2 hours'")
    await here.fill("code", await code_of(by_code, NEW, "signup"))
    await here.press("enter")
    await says(here, "wrong or too old")
    await here.press("ctrl+r")
    await says(here, "Another e-mail is on its way", "Send it again in 60 s")
    await here.fill("code", await code_of(by_code, NEW, "signup"))
    await here.press("enter")
    await here.until_screen("ProfileScreen")


@pytest.mark.long
async def test_it_counts_by_itself(by_code: Stack, seat: Any) -> None:
    here = await seat()
    await sign_up(here)
    await says(here, "Send it again in 59 s")
    assert here.app.focused is here.app.screen.code.input


@pytest.mark.detail
async def test_one_goes_back_and_corrects_an_email_that_has_an_account(
    by_code: Stack, seat: Any
) -> None:
    person = await by_code.person()
    here = await seat()
    await sign_up(here, person.email)
    await says(
        here, "is new here, we have e-mailed it a code or a link", "If it already has an account"
    )
    assert await by_code.sql("select 1 from auth.one_time_codes") == []
    await here.press("escape")
    await says(here, "Create account")
    screen = here.app.screen
    assert (screen.email.value, screen.password.value) == (person.email, "correct horse")
    await here.fill("email", NEW)
    await here.press("enter")
    await says(here, f"If {NEW} is new here")
    await here.fill("code", await code_of(by_code, NEW, "signup"))
    await here.press("enter")
    await here.until_screen("ProfileScreen")


@pytest.mark.detail
async def test_a_sign_up_is_taken_up_again_after_a_restart(by_code: Stack, seat: Any) -> None:
    before = await seat()
    await sign_up(before)
    here = await seat()
    await sign_up(here)  # too early for the server to send another code: that one is good
    await says(here, "Send it again in")
    await here.press("escape", "ctrl+t", "enter")
    await says(here, "has signed up, but is not confirmed", "Send it again")
    assert "Send it again in" not in here.text
    await here.press("ctrl+r")  # too early again, as the server says
    await says(here, "Send it again in")
    await here.fill("code", await code_of(by_code, NEW, "signup"))
    await here.press("enter")
    await here.until_screen("ProfileScreen")


@pytest.mark.detail
async def test_offline_in_the_middle_nothing_that_was_typed_is_lost(
    by_code: Stack, seat: Any
) -> None:
    here = await seat()
    await sign_up(here)
    code = await code_of(by_code, NEW, "signup")
    await by_code.stop_gateway()
    await here.fill("code", code)
    await here.press("enter")
    await says(here, "cannot be reached")
    assert here.app.screen.code.value == code
    await by_code.start_gateway()
    await here.press("enter")
    await here.until_screen("ProfileScreen")


@pytest.mark.long
async def test_in_two_windows_the_code_entered_in_one_signs_in_both_ways(
    by_code: Stack, seat: Any
) -> None:
    one, two = await seat(), await seat()
    await sign_up(one)
    code = await code_of(by_code, NEW, "signup")
    await two.fill("email", NEW)
    await two.fill("password", "correct horse")
    await two.press("enter")
    await two.until_screen("CodeScreen")
    await two.fill("code", code)
    await two.press("enter")
    await two.until_screen("ProfileScreen")
    await one.fill("code", code)
    await one.press("enter")
    await says(one, "wrong or too old")
    await one.press("escape", "ctrl+t", "enter")
    await one.until_screen("ProfileScreen")


# Another person has signed up with one's address before

THEIRS, MINE = "the attacker's own", "correct horse"


async def others_sign_up(stack: Stack, email: str = NEW) -> None:
    """A person who does not own the address signs up with it, and waits."""
    client = await stack.client()
    await client.auth.sign_up({"email": email, "password": THEIRS})
    await minutes_later(stack)  # so that the owner is sent a code of their own


@pytest.mark.detail
@pytest.mark.short(1)
@pytest.mark.parametrize("voids", [False, True], ids=["keeps", "voids"])
async def test_the_password_is_of_the_one_who_confirms(
    voids: bool, by_code: Stack, seat: Any
) -> None:
    await others_sign_up(by_code)
    here = await seat()
    await sign_up(here)
    if voids:  # as servers do that forget the first password at the confirmation
        await by_code.sql("update auth.users set encrypted_password = null")
    await here.fill("code", await code_of(by_code, NEW, "signup"))
    await here.press("enter")
    await here.until_screen("ProfileScreen")
    assert await signs_in(by_code, NEW, MINE)
    assert not await signs_in(by_code, NEW, THEIRS)


@pytest.mark.detail
async def test_who_waited_for_the_confirmation_is_signed_out(
    by_code: Stack, seat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one signs in between the code and the new password."""
    await others_sign_up(by_code)
    elsewhere = await by_code.client()
    plain = Codes.set_first_password

    async def late(codes: Codes, password: str, **more: Any) -> None:
        # Where the server keeps the first password. One that forgets it lets nobody in here.
        with contextlib.suppress(AuthApiError):
            await elsewhere.auth.sign_in_with_password({"email": NEW, "password": THEIRS})
        await plain(codes, password, **more)

    monkeypatch.setattr(Codes, "set_first_password", late)
    here = await seat()
    await sign_up(here)
    await here.fill("code", await code_of(by_code, NEW, "signup"))
    await here.press("enter")
    await here.until_screen("ProfileScreen")
    (row,) = await by_code.sql("select count(*) as logins from auth.sessions")
    assert row["logins"] == 1
    assert here.app.backend.auth.user.email == NEW


@pytest.mark.detail
async def test_ones_own_password_may_be_there_already(by_code: Stack, seat: Any) -> None:
    here = await seat()
    await sign_up(here)
    await here.press("escape", "ctrl+t", "enter")
    await says(here, "has signed up, but is not confirmed")
    await here.fill("code", await code_of(by_code, NEW, "signup"))
    await here.press("enter")
    await here.until_screen("ProfileScreen")
    assert await signs_in(by_code, NEW, MINE)


@pytest.mark.short(1)
@pytest.mark.parametrize(("key", "purpose"), [("ctrl+o", "signup"), ("ctrl+l", "recovery")])
@pytest.mark.detail
async def test_a_first_code_without_a_password_asks_for_one(
    key: str, purpose: str, by_code: Stack, seat: Any
) -> None:
    """As after a restart between signing up and the code: what was typed is gone."""
    await others_sign_up(by_code)
    tokens = MemoryTokens()
    here = await seat(tokens=tokens)
    await here.fill("email", NEW)
    await here.press(key)
    await here.until_screen("CodeScreen")
    await here.fill("code", await code_of(by_code, NEW, purpose))
    await here.press("enter")
    await says(here, "Your e-mail is confirmed", "Choose a password")
    await here.press("escape")
    await says(here, "Choose a password first")
    assert here.screen == "PasswordScreen"

    again = await seat(tokens=tokens)  # and after another restart, too
    await says(again, "Choose a password")
    await again.fill("password", MINE)
    await again.press("enter")
    await again.until_screen("ProfileScreen")
    assert await signs_in(by_code, NEW, MINE)
    assert not await signs_in(by_code, NEW, THEIRS)
    once_more = await seat(tokens=tokens)
    await once_more.until_screen("ProfileScreen")


@pytest.mark.detail
async def test_a_password_that_could_not_be_set_at_once_is_set_later(
    by_code: Stack, seat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await others_sign_up(by_code)
    plain, asked = Codes.set_first_password, []

    async def lost(codes: Codes, password: str, **more: Any) -> None:
        if not asked:
            asked.append(password)
            await by_code.stop_gateway()
        await plain(codes, password, **more)

    monkeypatch.setattr(Codes, "set_first_password", lost)
    here = await seat()
    await sign_up(here)
    await here.fill("code", await code_of(by_code, NEW, "signup"))
    await here.press("enter")
    await says(here, "cannot be reached")
    await by_code.start_gateway()
    await here.press("enter")
    await here.until_screen("ProfileScreen")
    assert await signs_in(by_code, NEW, MINE)
    assert not await signs_in(by_code, NEW, THEIRS)


@pytest.mark.detail
async def test_the_password_of_a_sign_up_is_written_nowhere(
    by_code: Stack, seat: Any, tmp_path: Path
) -> None:
    here = await seat()
    await sign_up(here)
    await here.fill("code", await code_of(by_code, NEW, "signup"))
    await here.press("enter")
    await here.until_screen("ProfileScreen")
    await here.app.drafts.written()
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in written if MINE.encode() in path.read_bytes()] == []


# E-mails that hold a link


async def test_a_pasted_link_confirms_a_sign_up(by_code: Stack, seat: Any) -> None:
    await others_sign_up(by_code)
    here = await seat()
    await sign_up(here)
    await says(here, "a code or a link", "paste it here", "the whole link")
    link = copied(await mail(by_code, LINKS, "signup", NEW))
    for typed, words in (
        (link.replace(by_code.url, "https://evil.example"), "for another server"),
        (link.partition("&")[0], "not the whole link"),
        (link.replace("token=", "token=0"), "used already, as opening it does"),
    ):
        await here.fill("code", typed)
        await here.press("enter")
        await says(here, words)
        assert here.app.focused is here.app.screen.code.input
    await here.fill("code", "")
    half = len(link) // 2
    here.app.post_message(events.Paste(f"{link[:half]}\n{link[half:]}\n"))
    await here.until(lambda: here.app.screen.code.value == link)
    await here.press("enter")
    await here.until_screen("ProfileScreen")
    assert await signs_in(by_code, NEW, MINE)
    assert not await signs_in(by_code, NEW, THEIRS)


@pytest.mark.detail
async def test_a_link_that_was_opened_in_a_browser_signs_in(by_code: Stack, seat: Any) -> None:
    here = await seat()
    await sign_up(here)
    await here.press("ctrl+o")
    await says(here, "has not seen the link opened")
    link = copied(await mail(by_code, LINKS, "signup", NEW))
    async with httpx.AsyncClient() as browser:
        afterwards = (await browser.get(link)).headers["location"]
    await here.fill("code", afterwards)
    await here.press("enter")
    await says(here, "the page that the link leads to")
    await by_code.sql("update auth.users set encrypted_password = null")  # another's, say
    await here.press("ctrl+o")
    await says(here, "This password does not fit an account", "I forgot my password")
    await by_code.sql("update auth.users set encrypted_password = %s", password_hash())
    here.app.screen._password = PASSWORD
    await here.press("ctrl+o")
    await here.until_screen("ProfileScreen")


@pytest.mark.detail
async def test_to_get_in_a_link_is_copied_not_opened(by_code: Stack, seat: Any) -> None:
    person = await by_code.person()
    here = await seat()
    await here.fill("email", person.email)
    await here.press("ctrl+l")
    await says(here, "e-mailed it a code or a link", "copy it without opening it")
    assert "I have opened" not in here.text
    await here.fill("code", copied(await mail(by_code, LINKS, "recovery", person.email)))
    await here.press("enter")
    await says(here, "Choose a new password")


@pytest.mark.detail
async def test_an_email_is_changed_by_links(by_code: Stack, seat: Any) -> None:
    person = await by_code.person()
    here = await seat()
    await here.board(person)
    await account(here, "2")
    await here.until_screen("EmailScreen")
    await here.fill("email", NEW)
    await here.press("enter")
    await says(here, f"Codes or links are on their way to {NEW}")
    await here.fill("code", copied(await mail(by_code, LINKS, "email_change", person.email)))
    await here.press("enter")
    await says(here, "One of two is done", "the other e-mail")
    await here.press("ctrl+o")
    await says(here, "The change is not complete")
    async with httpx.AsyncClient() as browser:
        await browser.get(copied(await mail(by_code, LINKS, "email_change", NEW)))
    await here.press("ctrl+o")
    await says(here, f"Your e-mail is {NEW} now", f"{NEW} is signed in")


# Signing in by code, and a forgotten password


@pytest.mark.detail
async def test_a_code_signs_in_instead_of_the_password(by_code: Stack, seat: Any) -> None:
    person = await by_code.person()
    here = await seat()
    await here.press("ctrl+o")
    await says(here, "Enter your e-mail address")
    await here.fill("email", person.email)
    await here.press("ctrl+l")
    await says(
        here, "has an account, we have e-mailed it a code or a link", "choose a new password"
    )
    await here.press("escape")
    await here.until_screen("LoginScreen")
    await here.press("ctrl+o")  # too early for another code: the one that is there is good
    await here.until_screen("CodeScreen")
    await says(
        here,
        "has an account, we have e-mailed it a code or a link",
        "to sign in",
        "Send it again in",
    )
    await here.fill("code", await code_of(by_code, person.email, "recovery"))
    await here.press("enter")
    await says(here, "● LIVE")


@pytest.mark.detail
async def test_asking_for_codes_makes_no_account_and_tells_of_none(
    by_code: Stack, seat: Any
) -> None:
    here = await seat()
    await here.fill("email", NEW)
    await here.press("ctrl+o")
    await says(here, "sends no code to this e-mail")
    assert here.app.screen.email.has_class("-invalid")
    assert await by_code.sql("select 1 from auth.users") == []
    await here.press("ctrl+l")
    await says(here, f"If {NEW} has an account, we have e-mailed it a code or a link")
    await here.fill("code", "123456")
    await here.press("enter")
    await says(here, "wrong or too old")


@pytest.mark.detail
async def test_a_forgotten_password_is_replaced_by_way_of_a_code(by_code: Stack, seat: Any) -> None:
    person = await by_code.person()
    tokens = MemoryTokens()
    here = await seat(tokens=tokens)
    await here.fill("email", person.email)
    await here.press("ctrl+l")
    await says(
        here, "has an account, we have e-mailed it a code or a link", "choose a new password"
    )
    await here.fill("code", await code_of(by_code, person.email, "recovery"))
    await here.press("enter")
    await says(here, "Choose a new password")
    for typed, words in (("short", "least 6 characters"), (PASSWORD, "already your")):
        await here.fill("password", typed)
        await here.press("enter")
        await says(here, words)
    await by_code.stop_gateway()
    await here.fill("password", "a new password")
    await here.press("enter")
    await says(here, "cannot be reached")
    assert here.app.screen.password.value == "a new password"
    await by_code.start_gateway()
    await here.press("enter")
    await says(here, "● LIVE", "Your new password is set")
    assert await signs_in(by_code, person.email, "a new password")
    assert not await signs_in(by_code, person.email, PASSWORD)


@pytest.mark.long
async def test_a_new_password_is_not_required(by_code: Stack, seat: Any) -> None:
    person = await by_code.person()
    here = await seat()
    await here.fill("email", person.email)
    await here.press("ctrl+l")
    await here.until_screen("CodeScreen")
    await here.fill("code", await code_of(by_code, person.email, "recovery"))
    await here.press("enter")
    await here.until_screen("PasswordScreen")
    await here.press("escape")
    await says(here, "● LIVE", "password has not changed")
    assert await signs_in(by_code, person.email, PASSWORD)


# One's account


async def account(here: Seat, key: str) -> None:
    await here.press("A")
    await here.until_screen("AccountScreen")
    await here.press(key)


@pytest.mark.detail
async def test_a_password_is_changed_and_other_logins_end(by_code: Stack, seat: Any) -> None:
    person = await by_code.person()
    elsewhere = await by_code.client(person)
    here = await seat()
    await here.board(person)
    await account(here, "1")
    await says(here, "A new password", "least 6 characters")
    await here.fill("password", "a new password")
    assert "a new password" not in here.text
    await here.press("ctrl+r")
    await says(here, "a new password")
    await here.press("enter")
    await says(here, "Your new password is set")
    assert here.screen == "AccountScreen"
    assert await signs_in(by_code, person.email, "a new password")
    with pytest.raises(Exception, match="does not exist"):
        await elsewhere.auth.get_user()
    await here.press("escape")
    await says(here, "● LIVE")


async def old_login(stack: Stack, seat: Any) -> tuple[Person, Seat]:
    """A user at the board who has signed in more than a day ago."""
    person = await stack.person()
    here = await seat()
    await here.board(person)
    await stack.sql("update auth.sessions set created_at = now() - interval '25 hours'")
    return person, here


@pytest.mark.long
async def test_an_old_login_changes_the_password_by_a_code(
    by_code: Stack, seat: Any, hands: Hands
) -> None:
    person, here = await old_login(by_code, seat)
    await account(here, "1")
    await here.until_screen("PasswordScreen")
    assert not here.app.screen.code.display
    await here.fill("password", "a new password")
    await here.press("enter")
    await says(here, "needs to be sure it is you", "Send the code again in 60 s")
    assert here.app.focused is here.app.screen.code.input
    code = await code_of(by_code, person.email, "reauthentication")
    await here.press("enter")
    await says(here, "Enter the code from the e-mail")
    await here.fill("code", wrong(code))
    await here.press("enter")
    await says(here, "wrong or too old")
    await here.press("ctrl+o")
    await says(here, "You can send it again in 60 s")
    await tick(here, hands, 61)
    await minutes_later(by_code)
    await here.press("ctrl+o")
    await says(here, "Send the code again in 60 s")
    await here.fill("code", await code_of(by_code, person.email, "reauthentication"))
    await here.press("enter")
    await says(here, "Your new password is set")
    assert await signs_in(by_code, person.email, "a new password")


async def test_an_email_is_changed_by_codes_to_both_addresses(by_code: Stack, seat: Any) -> None:
    person, taken = await by_code.person(), await by_code.person("Mei")
    here = await seat()
    await here.board(person)
    await account(here, "2")
    await says(here, "Another e-mail")
    for typed, words in (
        ("", "Enter your e-mail"),
        ("nobody", "not an e-mail address"),
        (person.email.upper(), "already your"),
        (taken.email, "already has an account"),
    ):
        await here.fill("email", typed)
        await here.press("enter")
        await says(here, words)
    await here.fill("email", NEW)
    await here.press("enter")
    await says(here, f"Codes or links are on their way to {NEW}", "Send it again in")
    await here.fill("code", "000000")
    await here.press("enter")
    await says(here, "wrong or too old")
    await here.fill("code", await code_of(by_code, person.email, "email_change_current"))
    await here.press("enter")
    await says(here, "One of two is done", f"sent to {NEW}")
    assert here.app.screen.code.value == ""
    await here.fill("code", await code_of(by_code, NEW, "email_change_new"))
    await here.press("enter")
    await says(here, f"Your e-mail is {NEW} now")
    (row,) = await by_code.sql("select email from auth.users where id = %s", person.id)
    assert row["email"] == NEW
    assert here.app.backend.auth.user.email == NEW
    await says(here, f"{NEW} is signed in")
    await here.press("escape")
    await says(here, "● LIVE")
    with here.app._context():
        here.app.publish(SignedOut("It is over."))
    await says(here, "It is over.")
    assert here.app.screen.email.value == NEW


@pytest.mark.long
async def test_a_change_of_email_is_taken_up_again_after_a_restart(
    by_code: Stack, seat: Any
) -> None:
    person, tokens = await by_code.person(), MemoryTokens()
    before = await seat(tokens=tokens)
    await before.board(person)
    await account(before, "2")
    await before.until_screen("EmailScreen")
    await before.fill("email", NEW)
    await before.press("enter")
    await before.until_screen("ChangeCodeScreen")
    await before.fill("code", await code_of(by_code, NEW, "email_change_new"))
    await before.press("enter")
    await says(before, "One of two is done")

    here = await seat(tokens=tokens)
    await says(here, "● LIVE")
    await account(here, "2")
    await says(here, f"A change to {NEW} is waiting for its codes")
    await here.press("ctrl+o")
    await here.until_screen("ChangeCodeScreen")
    await here.fill("code", await code_of(by_code, person.email, "email_change_current"))
    await here.press("enter")
    await says(here, f"Your e-mail is {NEW} now")
    (row,) = await by_code.sql("select email from auth.users where id = %s", person.id)
    assert row["email"] == NEW
