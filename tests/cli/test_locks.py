"""The requirement locks: every file by hash, no registry's address."""

import re
from pathlib import Path

import pytest

from cli.environment import DEVELOPMENT_LOCK, NODE_LOCK, RUN_LOCK

LOCKS = pytest.mark.parametrize(
    "lock", [RUN_LOCK, DEVELOPMENT_LOCK, NODE_LOCK], ids=lambda lock: lock.name
)


@LOCKS
def test_a_lock_holds_no_address(lock: Path) -> None:
    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host", lock.read_text())


@LOCKS
def test_every_requirement_is_pinned_with_hashes(lock: Path) -> None:
    text = "\n".join(line for line in lock.read_text().splitlines() if not line.startswith("#"))
    requirements = text.replace("\\\n", " ").strip().splitlines()
    assert requirements
    for requirement in requirements:
        assert re.match(r"^[\w.-]+(\[[\w,]+\])?==\S+", requirement), requirement
        assert "--hash=sha256:" in requirement, requirement


def test_the_locks_do_not_disagree() -> None:
    pins = [
        match.groups()
        for lock in (RUN_LOCK, DEVELOPMENT_LOCK, NODE_LOCK)
        for match in re.finditer(r"^([\w.-]+)(?:\[.*?\])?==(\S+)", lock.read_text(), re.MULTILINE)
    ]
    assert len({name for name, _ in pins}) == len(set(pins))
