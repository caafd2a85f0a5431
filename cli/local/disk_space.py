"""Whether the disk has room for a system: what its parts reserve or may come to, before they start."""

import os
import shutil
from pathlib import Path

from cli.failure import CommandFailed
from cli.local.home import Home
from cli.local.log_rotation import MEBIBYTE, Rotation, number
from cli.local.processes import PROCESSES, SERVICES
from kit.settings import Settings

# One stream for each service, and one for the policy.
STREAMS = len(SERVICES) + 1
# Seven small databases, and the log of changes with what it may grow by between two checkpoints.
DATABASES = 448 * MEBIBYTE
SESSIONS = 64 * MEBIBYTE
STORES = {"postgres": "DATABASE_URL", "nats": "NATS_URL", "valkey": "REDIS_URL"}
# The processes, the stores, and the supervisor; what migrations say is short.
LOGS = len(PROCESSES) + len(STORES) + 1
VARIABLE = "RAPPORT_STREAM_BYTES"


def streams() -> int:
    """What the streams reserve together."""
    return STREAMS * number(VARIABLE, Settings.stream_bytes)


def wanted() -> dict[str, int]:
    """What each part that runs here may come to, by the folder that holds it."""
    parts = {"postgres": DATABASES, "nats": streams(), "valkey": SESSIONS}
    own = {name: size for name, size in parts.items() if not os.environ.get(STORES[name])}
    return own | {"logs": LOGS * Rotation.of_environment().most}


def check(home: Home) -> None:
    """Stops a start that would end on a full disk."""
    missing = sum(max(0, size - _taken(home.folder / name)) for name, size in wanted().items())
    free = shutil.disk_usage(home.folder).free
    if free < missing:
        raise CommandFailed(
            f"The disk that holds {home.folder} has {_megabytes(free)} free, and Rapport may need "
            f"{_megabytes(missing)} more: free some space, or lower {VARIABLE} "
            f"(now {_megabytes(streams() // STREAMS)} for each of {STREAMS} streams)."
        )


def _taken(folder: Path) -> int:
    """The disk that a part has already."""
    return sum(_blocks(path) for path in folder.rglob("*"))


def _blocks(path: Path) -> int:
    try:
        return path.lstat().st_blocks * 512
    except FileNotFoundError:
        return 0


def _megabytes(size: int) -> str:
    return f"{size / MEBIBYTE:,.0f} MB"
