"""Who runs PostgreSQL: ourselves, or, as it refuses to run as root, an unprivileged account."""

from __future__ import annotations

import os
import pwd
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from medtui.environment import for_children
from medtui.local import LocalError

UNPRIVILEGED = ("nobody", "daemon", "bin")

# A socket's path may have 103 bytes on macOS and 107 on Linux; the names below take 30 of them.
LONGEST_PARENT = 70


@dataclass(frozen=True)
class Account:
    """A user of this machine; `other` when it is not the one that we run as."""

    name: str
    uid: int
    gid: int
    other: bool

    @classmethod
    def choose(cls) -> Account:
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

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command as this account, to its end. OSError where the account cannot start it."""
        return subprocess.run(
            command,
            user=self.uid if self.other else None,
            group=self.gid if self.other else None,
            extra_groups=[] if self.other else None,
            cwd="/",
            env=for_children(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )

    def reaches(self, folder: str | Path) -> bool:
        """Whether the account may pass through the folder: asked by trying, as ACLs count too."""
        return self.run("/bin/sh", "-c", 'test -x "$0"', folder).returncode == 0

    def take(self, path: Path) -> None:
        """Give a folder or a file, which must be one that we made, to the account."""
        if self.other:
            os.chown(path, self.uid, self.gid)

    def provide(self, folder: Path) -> Path:
        """Make our own folder if it is not there: closed, but for the account's way through it.

        Returns its absolute path. LocalError where it cannot be made, or the account cannot reach
        it: the permissions of what others made stay.
        """
        folder = folder.absolute()
        try:
            created = not folder.exists()
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LocalError(f"Cannot keep data in {folder}: {error.strerror}.") from error
        if created:
            folder.chmod(0o711 if self.other else 0o700)
        if not os.access(folder, os.W_OK):
            raise LocalError(f"Cannot keep data in {folder}: it is not ours to write to.")
        if not self.reaches(folder):
            if created:
                folder.rmdir()
            raise LocalError(
                f"PostgreSQL runs as {self.name or 'you'} here, who cannot reach {folder}: "
                "choose another folder with --data."
            )
        return folder

    def temporary_folder(self) -> Path:
        """A new folder with a path short enough for sockets, made as `make_folder` does."""
        for parent in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # noqa: S108
            if len(os.fsencode(parent)) <= LONGEST_PARENT and self.reaches(parent):
                folder = Path(tempfile.mkdtemp(prefix="medtui-", dir=parent))
                folder.chmod(0o711 if self.other else 0o700)
                return folder
        raise LocalError(
            "There is no folder for temporary files: set TMPDIR to one with a short path."
        )
