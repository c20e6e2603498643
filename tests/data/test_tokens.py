"""A login survives a restart, in the keyring or in a private file, and never leaks."""

from __future__ import annotations

import asyncio
import errno
import secrets
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import keyring.backends.fail
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError, PasswordSetError

from medtui.data.tokens import MemoryTokens, StoredTokens, TokenStore

URL = "https://abc.supabase.co"


class FakeKeyring(KeyringBackend):
    """A keyring in memory; as Windows' it refuses secrets over 2,560 bytes of UTF-16."""

    priority = 5  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.secrets: dict[tuple[str, str], str] = {}
        self.fails = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.fails:
            raise RuntimeError("the keyring's daemon died")
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.fails or len(password.encode("utf-16-le")) > 2560:
            raise PasswordSetError("refused")
        self.secrets[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.secrets:
            raise PasswordDeleteError("not there")
        del self.secrets[service, username]


@pytest.fixture
def backend() -> Iterator[FakeKeyring]:
    before, fake = keyring.get_keyring(), FakeKeyring()
    keyring.set_keyring(fake)
    yield fake
    keyring.set_keyring(before)


@pytest.fixture
def no_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    yield
    keyring.set_keyring(before)


@pytest.mark.detail
async def test_the_keyring_keeps_a_login_for_the_next_run(
    backend: FakeKeyring, tmp_path: Path
) -> None:
    await StoredTokens(URL, tmp_path).write("secret session")
    again = StoredTokens(URL, tmp_path)
    assert await again.read() == "secret session"
    assert again.notice is None
    files = list(tmp_path.iterdir())
    assert sorted(path.suffix for path in files) == [".kept", ".lock"]
    assert not any(path.read_bytes() for path in files), "on the disk is only that there is one"
    assert await again.may_hold_login()
    await again.clear()
    assert not await again.may_hold_login()


@pytest.mark.detail
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 9_000), min_size=1, max_size=4))
async def test_logins_longer_than_a_secret_may_be_are_kept_whole(
    backend: FakeKeyring, tmp_path: Path, lengths: list[int]
) -> None:
    for length in lengths:
        session = secrets.token_hex(length)[:length]
        await StoredTokens(URL, tmp_path).write(session)
        assert await StoredTokens(URL, tmp_path).read() == session
    # Pieces of logins that were replaced do not pile up.
    assert len(backend.secrets) == 1 + -(-lengths[-1] // 1000)
    await StoredTokens(URL, tmp_path).clear()
    assert not backend.secrets


async def test_each_server_has_its_own_login(backend: FakeKeyring, tmp_path: Path) -> None:
    await StoredTokens(URL, tmp_path).write("one")
    await StoredTokens("http://127.0.0.1:1", tmp_path).write("two")
    assert await StoredTokens(URL, tmp_path).read() == "one"


async def test_without_a_keyring_a_file_that_only_its_owner_can_read(
    no_keyring: None, tmp_path: Path
) -> None:
    folder = tmp_path / "state"
    tokens = StoredTokens(URL, folder)
    await tokens.write("secret session")
    assert await StoredTokens(URL, folder).read() == "secret session"
    (file,) = folder.glob("*.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert tokens.notice is not None
    assert tokens.notice.endswith("saved in a private file.")
    await tokens.clear()
    assert await StoredTokens(URL, folder).read() is None


async def test_a_keyring_that_breaks_later_gives_way_to_the_file(
    backend: FakeKeyring, tmp_path: Path
) -> None:
    tokens = StoredTokens(URL, tmp_path)
    await tokens.write("one")
    backend.fails = True
    await tokens.write("two")
    assert await StoredTokens(URL, tmp_path).read() == "two"


async def test_a_login_that_cannot_be_stored_lasts_until_the_end_and_says_so(
    no_keyring: None, tmp_path: Path
) -> None:
    occupied = tmp_path / "occupied"
    occupied.write_text("a file where the folder should be")
    tokens = StoredTokens(URL, occupied)
    await tokens.write("session")
    assert tokens.notice is not None
    assert "could not be stored" in tokens.notice
    assert await tokens.read() == "session"


@pytest.mark.usefixtures("no_keyring")
async def test_a_file_that_cannot_be_read_for_a_while_ends_no_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens, other = StoredTokens(URL, tmp_path), StoredTokens(URL, tmp_path)
    await tokens.write("secret session")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_text", broken(OSError(errno.EMFILE, "Too many open files")))
        assert await tokens.read() == "secret session"
        assert await other.read() is None
    await other.write("newer session")
    assert await tokens.read() == "newer session"
    await other.clear()
    assert await tokens.read() is None


def broken(error: Exception) -> Callable[..., str]:
    def raises(*_: object, **__: object) -> str:
        raise error

    return raises


@pytest.mark.parametrize("kind", ["memory", "stored"])
async def test_one_holder_of_the_lock_at_a_time(
    kind: str, backend: FakeKeyring, tmp_path: Path
) -> None:
    shared = MemoryTokens()
    order: list[str] = []

    def store() -> TokenStore:
        return shared if kind == "memory" else StoredTokens(URL, tmp_path)

    async def holder(name: str) -> None:
        async with store().lock():
            order.append(f"{name} in")
            await asyncio.sleep(0.05)
            order.append(f"{name} out")

    await asyncio.gather(holder("a"), holder("b"), holder("c"))
    assert [entry.split()[1] for entry in order] == ["in", "out"] * 3
    assert all(order[i][0] == order[i + 1][0] for i in range(0, 6, 2))


class SilentKeyring(FakeKeyring):
    """Answers nothing from when `is_silent` is set, as one that waits for a password."""

    def __init__(self) -> None:
        super().__init__()
        self.is_silent = False
        self.answers = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        if self.is_silent:
            self.answers.wait(60)
        return super().get_password(service, username)


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[SilentKeyring]:
    """A keyring that is given up after a short while."""
    monkeypatch.setattr("medtui.data.tokens.KEYRING_SECONDS", 0.2)
    before, fake = keyring.get_keyring(), SilentKeyring()
    keyring.set_keyring(fake)
    yield fake
    fake.answers.set()
    keyring.set_keyring(before)


async def test_a_keyring_that_does_not_answer_when_it_is_read(
    silent: SilentKeyring, tmp_path: Path
) -> None:
    await StoredTokens(URL, tmp_path).write("one")
    silent.is_silent = True
    tokens = StoredTokens(URL, tmp_path)
    async with asyncio.timeout(10):
        assert await tokens.read() is None
        assert tokens.notice is not None
        assert "keyring did not answer within" in tokens.notice
        await tokens.write("two")
    silent.answers.set()
    again = StoredTokens(URL, tmp_path)
    assert await again.read() == "two"
    assert again.notice is None, "it is said once, not at every start"


async def test_a_keyring_that_does_not_answer_when_it_is_written(
    silent: SilentKeyring, tmp_path: Path
) -> None:
    tokens = StoredTokens(URL, tmp_path)
    assert await tokens.read() is None
    silent.is_silent = True
    async with asyncio.timeout(10):
        await tokens.write("one")
    assert tokens.notice is not None
    assert "keyring did not answer within" in tokens.notice
    assert tokens.notice.endswith("saved in a private file.")
    silent.answers.set()  # what it was asked may be done much later
    assert await StoredTokens(URL, tmp_path).read() == "one"


@pytest.mark.parametrize("how", ["silent", "fails"])
async def test_a_login_that_the_keyring_keeps_is_over_nevertheless(
    how: str, silent: SilentKeyring, tmp_path: Path
) -> None:
    """Signed out while it cannot be removed: the next start finds no login."""
    await StoredTokens(URL, tmp_path).write("one")
    tokens = StoredTokens(URL, tmp_path)
    assert await tokens.read() == "one"
    silent.is_silent, silent.fails = how == "silent", how == "fails"
    async with asyncio.timeout(10):
        await tokens.clear()
    assert tokens.notice is not None
    assert "may still be in it" in tokens.notice
    silent.is_silent = silent.fails = False
    assert silent.secrets
    again = StoredTokens(URL, tmp_path)
    assert not await again.may_hold_login()
    assert await again.read() is None
    await again.write("two")
    assert await StoredTokens(URL, tmp_path).read() == "two"


async def test_a_keyring_that_hangs_when_it_is_looked_for(
    silent: SilentKeyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keyring.get_keyring", lambda: silent.answers.wait(60))
    tokens = StoredTokens(URL, tmp_path)
    async with asyncio.timeout(10):
        assert await tokens.read() is None
        await tokens.write("one")
    assert await StoredTokens(URL, tmp_path).read() == "one"


@pytest.mark.usefixtures("no_keyring", "no_locks")
async def test_a_file_system_without_locks_keeps_a_login(tmp_path: Path) -> None:
    await StoredTokens(URL, tmp_path).write("one")
    tokens = StoredTokens(URL, tmp_path)
    async with tokens.lock():
        assert await tokens.read() == "one"
        await tokens.write("two")
    assert await StoredTokens(URL, tmp_path).read() == "two"
