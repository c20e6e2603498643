"""A login survives a restart, in the keyring or in a private file, and never leaks."""

from __future__ import annotations

import asyncio
import errno
import secrets
import stat
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
    assert again.may_hold_login
    await again.clear()
    assert not again.may_hold_login


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
    assert str(file) in tokens.notice
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
