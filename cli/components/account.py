"""The unprivileged account that PostgreSQL runs as when we ourselves are root, which it refuses."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Self

# An account of a PostgreSQL package is the better owner; "nobody" exists on every machine.
CANDIDATES = ("postgres", "nobody")
CACHE = Path("/var/cache/rapport")


@dataclass(frozen=True)
class Account:
    """A login of the operating system without privileges."""

    name: str
    uid: int
    gid: int

    @classmethod
    def unprivileged(cls) -> Self | None:
        """Choose the account to step down to; not being root, we need none."""
        if os.geteuid() != 0:
            return None
        known = {entry.pw_name: entry for entry in pwd.getpwall()}
        entry = next(known[name] for name in CANDIDATES if name in known)
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)

    @classmethod
    def owning(cls, path: Path) -> Self | None:
        """Keep to the owner of a data directory, also when a better one has come since."""
        owner = path.stat().st_uid
        if os.geteuid() != 0 or owner == 0:
            return cls.unprivileged()
        entry = pwd.getpwuid(owner)
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)

    def can_enter(self, folder: Path) -> bool:
        """Ask the kernel as that account, because permissions alone do not tell (ACLs, mounts)."""
        return self._succeeds("test", "-x", str(folder))

    def can_run(self, program: Path) -> bool:
        return self._succeeds(str(program), "--version")

    def own(self, path: Path) -> None:
        os.chown(path, self.uid, self.gid)

    def _succeeds(self, *command: str) -> bool:
        try:
            done = subprocess.run(
                command,
                user=self.uid,
                group=self.gid,
                extra_groups=[],
                capture_output=True,
                check=False,
                cwd="/",
            )
        except PermissionError:
            return False
        return done.returncode == 0


def readable_copy(folders: list[Path], name: str) -> Path:
    """Copy folders to a place everyone can read, once, and return that place."""
    target = CACHE / name
    if target.exists():
        return target
    draft = CACHE / f".{name}.{os.getpid()}"
    for folder in folders:
        shutil.copytree(folder, draft / folder.name, symlinks=True)
    _open_to_all(CACHE, draft)
    try:
        draft.rename(target)
    except OSError:
        # Another start was quicker; its copy is as good as ours.
        shutil.rmtree(draft)
    return target


def _open_to_all(cache: Path, draft: Path) -> None:
    cache.chmod(0o755)
    draft.chmod(0o755)
    for path in draft.rglob("*"):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)
