"""The e-mails that a hosted project sends, as their reader has them.

The texts of `LINKS` are GoTrue's default templates, word by word (supabase/auth,
`internal/mailer/templatemailer`, MIT). A project that has set up its own SMTP server can send
codes: those of `CODES` are the ones that `medtui/supabase/README.md` advises.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from urllib.parse import quote

from tests.helpers.stack import Stack

LINKS = {
    "signup": """<h2>Confirm your email address</h2>

<p>Follow the link below to confirm this email address and finish signing up.</p>
<p><a href="{{ .ConfirmationURL }}">Confirm email address</a></p>
""",
    "recovery": """<h2>Reset your password</h2>

<p>We received a request to reset your password. Follow the link below to choose a new one.</p>
<p><a href="{{ .ConfirmationURL }}">Reset password</a></p>
<p>If you didn't request this, you can safely ignore this email.</p>""",
    "magiclink": """<h2>Your sign-in link</h2>

<p>Follow the link below to sign in. This link expires shortly and can only be used once.</p>
<p><a href="{{ .ConfirmationURL }}">Sign in</a></p>""",
    "email_change": """<h2>Confirm your new email address</h2>

<p>Follow the link below to confirm {{ .NewEmail }} as your new email address.</p>
<p><a href="{{ .ConfirmationURL }}">Confirm new email address</a></p>
<p>If you didn't request this change, you can safely ignore this email.</p>""",
    "reauthentication": """<h2>Your verification code</h2>

<p>Use the code below to verify your identity. It expires shortly.</p>
<p>{{ .Token }}</p>""",
}
CODES = dict.fromkeys(LINKS, "<p>Your code for medtui: {{ .Token }}</p>")
PURPOSES = {"magiclink": "recovery", "email_change": "email_change_new"}
"""For which purpose the local server keeps the code of a kind of e-mail, if not of its name."""


async def mail(stack: Stack, templates: dict[str, str], kind: str, to: str) -> str:
    """The latest e-mail of this kind to this address, as HTML; a given server's as it sent it."""
    if stack.mailbox is not None:
        return await stack.mailbox.latest(to)
    query = (
        "select code, encode(sha224(convert_to(email || code, 'UTF8')), 'hex') as token, purpose"
        " from auth.one_time_codes where email = %s and purpose = any(%s)"
    )
    purposes = [PURPOSES.get(kind, kind), *(["email_change_current"] * (kind == "email_change"))]
    [row] = await stack.sql(query, to, purposes)
    link = (
        f"{stack.url}/auth/v1/verify?token={row['token']}&type={kind}"
        f"&redirect_to={quote('http://localhost:3000', safe='')}"
    )
    said = {"ConfirmationURL": escape(link), "Token": row["code"], "NewEmail": to}
    body = templates[kind]
    for name, value in said.items():
        body = body.replace("{{ ." + name + " }}", value)
    return body


async def codes(stack: Stack, *addresses: str) -> dict[str, str]:
    """The codes that were sent last to these addresses."""
    if stack.mailbox is not None:
        bodies = [await stack.mailbox.latest(each) for each in addresses]
        found = [re.search(r"(?<![\w=])\d{6}(?!\w)", body) for body in bodies]
        return {to: match[0] for to, match in zip(addresses, found, strict=True) if match}
    rows = await stack.sql("select email, code from auth.one_time_codes")
    return {row["email"]: row["code"] for row in rows}


def copied(body: str) -> str:
    """What a reader copies: the link's address if there is a link, else all the text."""
    reader = _Reader()
    reader.feed(body)
    return reader.link or " ".join(reader.text)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.link, self.text = "", []  # type: str, list[str]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.link = self.link or dict(attrs).get("href") or ""

    def handle_data(self, data: str) -> None:
        self.text.append(data)
