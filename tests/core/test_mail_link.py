"""The link that was pasted out of an e-mail: read, and refused where it is another server's."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from medtui.core.mail_link import BadLink, MailLink, is_link, read

SERVER = "https://abcdefghijklmnopqrst.supabase.co"
TOKEN = "8d1f0e5c2b" * 5 + "a1b2c3"
QUERY = f"token={TOKEN}&type=signup&redirect_to=http%3A%2F%2Flocalhost%3A3000"
LINK = f"{SERVER}/auth/v1/verify?{QUERY}"
FILTERED = (
    "https://eur01.safelinks.protection.outlook.com/?url="
    f"{quote(LINK, safe='')}&data=05%7C02%7C&sdata=Zm9v%3D&reserved=0"
)


@pytest.mark.parametrize(
    "text",
    [
        LINK,
        f"  <{LINK}> ",
        f"Confirm email address<{LINK}>",
        LINK.replace("&", "&amp;"),
        LINK.replace("https://", "HTTPS://"),
        LINK.replace(".co/", ".co:443/"),
        LINK.replace("https://", "http://"),  # as a server behind a proxy believes
        f"{SERVER}/auth/v1/verify?type=signup&token_hash={TOKEN}",
        FILTERED,
        f"https://second.example/?u={quote(FILTERED, safe='')}",
        f"https://urldefense.com/v3/__{LINK}__;!!KwNVnqRv!A1b2$",
    ],
)
def test_a_link_is_read_as_it_comes_out_of_a_mail(text: str) -> None:
    assert is_link(text)
    assert read(text, SERVER) == MailLink(TOKEN, "signup")


@pytest.mark.parametrize(
    ("server", "link"),
    [
        ("http://localhost:54321", "http://127.0.0.1:54321/auth/v1/verify?"),
        ("https://school.example/supabase", "https://school.example/supabase/auth/v1/verify?"),
        ("https://school.example", "https://school.example/verify?"),
        ("https://school.example", "https://school.example/auth/v1/auth/v1/verify?"),
    ],
)
def test_a_server_may_be_anywhere(server: str, link: str) -> None:
    assert read(link + QUERY, server).token_hash == TOKEN


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (LINK.replace("abcdef", "badbad"), "for another server"),
        (LINK.replace(".co/", ".co.evil.example/"), "for another server"),
        (LINK.replace("https://", "https://evil.example/"), "for another server"),
        (LINK.replace(".co/", ".co@evil.example/"), "for another server"),
        (LINK.replace(".co/", ".co:8443/"), "for another server"),
        (LINK.replace("/auth/v1/", "/rest/v1/"), "for another server"),
        ("http://localhost:3000/#access_token=ey.J.x&type=signup", "works only once"),
        ("http://localhost:3000/#error=a&error_description=Email+link", "works only once"),
        (f"{SERVER}/auth/v1/verify?token=", "not the whole link"),
        (LINK.partition("&")[0], "not the whole link"),
        (LINK.replace("signup", "sms"), "not the whole link"),
        (LINK.replace(TOKEN, TOKEN[:9]), "not the whole link"),
        (LINK.replace(TOKEN, "a'%20or%201=1--" * 3), "not the whole link"),
        (SERVER, "not the whole link"),
        ("https://[", "not the whole link"),
    ],
)
def test_what_is_no_link_of_this_server_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(BadLink, match=words):
        read(text, SERVER)


@pytest.mark.parametrize("text", ["123456", "123 456", "Your code is: 123456.", "１２３４５６", ""])
def test_a_code_is_no_link(text: str) -> None:
    assert not is_link(text)
