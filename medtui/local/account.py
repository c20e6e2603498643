"""Who runs PostgreSQL: ourselves, or, as it refuses to run as root, an unprivileged account."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from medtui.local import LocalError
from medtui.store.environment import for_account, for_children

UNPRIVILEGED = ("medtui", "nobody", "daemon", "bin")
"""The first is an account of our own, if the operator has made one. The others are shared: other
programs that run as the same account can read and change PostgreSQL's data."""

# A socket's path may have 103 bytes on macOS and 107 on Linux; the names below take 33 of them.
LONGEST_PARENT = 70


@dataclass(frozen=True)
class SystemAccount:
    """A user of this machine; `other` when it is not the one that we run as."""

    name: str
    uid: int
    gid: int
    other: bool

    @classmethod
    def choose(cls) -> SystemAccount:
        """Ourselves, or as root the first unprivileged account that processes can be given to."""
        if os.geteuid() != 0:
            return cls("", os.geteuid(), os.getegid(), other=False)
        for name in UNPRIVILEGED:
            try:
                entry = pwd.getpwnam(name)
                account = cls(name, entry.pw_uid, entry.pw_gid, other=True)
                account.run("/bin/sh", "-c", ":")
            except (KeyError, OSError, subprocess.SubprocessError):
                continue  # Not on this machine, or not mapped into this container.
            return account
        raise LocalError(
            "PostgreSQL does not run as root, and there is no other account that it could run as: "
            "start medtui as an ordinary user."
        )

    def environment(self) -> dict[str, str]:
        """The variables that programs under this account are given."""
        return for_account() if self.other else for_children()

    def run(
        self, *command: str | Path, seconds: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as this account, to its end.

        OSError where the account cannot start it, TimeoutExpired when it takes longer than
        `seconds`.
        """
        return subprocess.run(
            command,
            user=self.uid if self.other else None,
            group=self.gid if self.other else None,
            extra_groups=[] if self.other else None,
            cwd="/",
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            timeout=seconds,
        )

    def reaches(self, folder: str | Path) -> bool:
        """Whether the account may pass through the folder: asked by trying, as ACLs count too."""
        return self.run("/bin/sh", "-c", 'test -x "$0"', folder).returncode == 0

    def take(self, path: Path) -> None:
        """Give a folder that we have just made to the account.

        LocalError when something else is in its place by now.
        """
        if not self.other:
            return
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY
        try:
            descriptor = os.open(path, flags)
        except OSError as error:
            raise LocalError(f"Cannot give {path} to {self.name}: {error.strerror}.") from error
        try:
            if os.fstat(descriptor).st_uid != os.geteuid():
                raise LocalError(f"Cannot give {path} to {self.name}: medtui has not made it.")
            os.fchown(descriptor, self.uid, self.gid)
        finally:
            os.close(descriptor)

    def write(self, path: Path, text: str) -> None:
        """Make a file that the account alone reads. OSError when the name is taken already."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(path, flags, 0o600), "w") as file:
            file.write(text)
            if self.other:
                os.fchown(file.fileno(), self.uid, self.gid)

    def provide(self, folder: Path) -> Path:
        """Make our own folder if it is not there: closed, but for the account's way through it.

        Returns its absolute path. LocalError where it cannot be made, or the account cannot reach
        it: the permissions of what others made stay.
        """
        folder = folder.absolute()
        stranger = _open_to_others(folder) if self.other else None
        if stranger:
            raise LocalError(
                f"Cannot keep root's data in {folder}: another account can change what is in "
                f"{stranger}. Choose another folder with --data."
            )
        try:
            created = not folder.exists()
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LocalError(f"Cannot keep data in {folder}: {error.strerror}.") from error
        if created:
            folder.chmod(0o711 if self.other else 0o700)
        if not os.access(folder, os.W_OK):
            raise LocalError(f"Cannot keep data in {folder}: you may not write to it.")
        if not self.reaches(folder):
            if created:
                folder.rmdir()
            raise LocalError(
                f"PostgreSQL runs as {self.name or 'you'} here, who cannot reach {folder}: "
                "choose another folder with --data."
            )
        return folder

    def temporary_folder(self) -> Path:
        """A new folder with a path short enough for sockets, closed as `provide` makes it."""
        for parent in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # noqa: S108
            if len(os.fsencode(parent)) <= LONGEST_PARENT and self.reaches(parent):
                if self.other and _open_to_others(Path(parent) / "medtui-"):
                    continue
                folder = Path(tempfile.mkdtemp(prefix="medtui-", dir=parent))
                folder.chmod(0o711 if self.other else 0o700)
                return folder
        raise LocalError(
            "There is no folder for temporary files: set TMPDIR to one with a short path."
        )


def is_ours(folder: Path) -> bool:
    """Whether it is a folder of ours (not a link to one) that no other account can write to."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o22


def _open_to_others(path: Path) -> Path | None:
    """What of the way to `path` another account could replace; None where it is all root's.

    What is not there yet counts for nothing. A folder that everybody may write to does no harm if
    it is sticky, unless it is `path` itself.
    """
    for way in dict.fromkeys((path, path.resolve())):
        for part in (*reversed(way.parents), way):
            try:
                found = part.lstat()
            except OSError:
                break
            if found.st_uid not in (0, os.geteuid()):
                return part
            writable = found.st_mode & (stat.S_IWOTH if found.st_gid == 0 else 0o022)
            sticky = found.st_mode & stat.S_ISVTX and part != way
            if writable and not sticky and not stat.S_ISLNK(found.st_mode):
                return part
    return None
