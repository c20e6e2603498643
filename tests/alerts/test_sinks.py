"""Notices reach a desktop and what Apprise knows, in plain text."""

from __future__ import annotations

from pathlib import Path

import pytest

from medtui.alerts import desktop as desktop_module
from medtui.alerts.desktop import DesktopSink, why_no_desktop
from medtui.alerts.outlet import NotSent
from medtui.alerts.push import PushSink, is_url
from medtui.alerts.ways import KEYRING, kept_url, sinks
from medtui.core.notice_rules import NoticeRules, rules
from tests.alerts.sinks import desktop, mail_server, needs_dbus, web_service

WORDS = "<b>Mei</b> & Co booked your mock of Thu 24 Dec, 18:00."


@needs_dbus
async def test_the_desktop_shows_a_sentence_and_no_markup(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desktop(folder) as (address, shown):
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        sink = DesktopSink()
        await sink.send(WORDS)
        await sink.send("Again.")
    with pytest.raises(NotSent):  # the desktop has ended
        await sink.send("Not seen.")
    async with desktop(folder) as (_, later):
        await sink.send("A new one.")
    assert later == ["medtui: medtui: A new one."]
    assert shown == [
        "medtui: medtui: ‹b›Mei‹/b› ＆ Co booked your mock of Thu 24 Dec, 18:00.",
        "medtui: medtui: Again.",
    ]


async def test_a_web_service_and_a_mail_server_get_a_sentence() -> None:
    async with web_service() as (url, got), mail_server() as (address, mails):
        await PushSink(url).send(WORDS)
        await PushSink(address).send("Mei Tanaka booked your mock.")
    assert got == [WORDS]
    [mail] = mails
    assert "Subject: medtui" in mail
    assert "Mei Tanaka booked your mock." in mail


async def test_a_service_that_is_away_is_an_error_without_its_url(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for url in ("json://user:secret@127.0.0.1:9/", "nonsense://secret"):
        with pytest.raises(NotSent) as error:
            await PushSink(url).send(WORDS)
        assert "secret" not in str(error.value)
    assert "secret" not in caplog.text
    assert not is_url("nonsense://secret")
    assert is_url("ntfy://my-topic")


async def test_which_ways_there_are_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, missing = await sinks(NoticeRules(), "", tmp_path, {}, None)
    assert found == []
    assert set(missing) == {"terminal", "desktop", "push"}
    monkeypatch.setattr(desktop_module.sys, "platform", "linux")
    assert "ssh" in (why_no_desktop({"SSH_CONNECTION": "1"}) or "")
    assert why_no_desktop({"DBUS_SESSION_BUS_ADDRESS": "unix:path=/x"}) is None
    env = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/x"}
    found, missing = await sinks(NoticeRules(), "json://127.0.0.1", tmp_path, env, print)
    assert [sink.name for sink in found] == ["terminal", "desktop", "push"]
    assert missing == {}
    assert (await sinks(rules("app", "", ""), "json://x", tmp_path, env, print)) == ([], {})


async def test_a_url_is_kept_where_logins_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    assert "push" in (await sinks(NoticeRules(), KEYRING, tmp_path, {}, None))[1]
    await kept_url(tmp_path).write("json://user:secret@127.0.0.1/")
    found, _ = await sinks(NoticeRules(), KEYRING, tmp_path, {}, None)
    assert [sink.name for sink in found] == ["push"]
    for file in tmp_path.iterdir():
        assert file.stat().st_mode & 0o077 == 0
