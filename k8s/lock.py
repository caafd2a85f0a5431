"""Prints the part of requirements.lock that some groups of pyproject.toml need, hashes included.

An image installs this part and nothing else: `python k8s/lock.py dependencies sales`.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

Lock = dict[str, str]


def main(groups: list[str]) -> None:
    lock = pins(Path("requirements.lock").read_text())
    sys.stdout.write(part(lock, resolved(wanted(groups), lock)))


def wanted(groups: list[str]) -> list[str]:
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    known = {"dependencies": project["dependencies"], **project["optional-dependencies"]}
    return [requirement for group in groups for requirement in known[group]]


def pins(lock: str) -> Lock:
    """Package name → its lines of the lock."""
    blocks = re.findall(r"^[A-Za-z0-9].*(?:\n[ ]+.*)*", lock, re.MULTILINE)
    return {canonical(block.split("==")[0]): block for block in blocks}


def resolved(requirements: list[str], lock: Lock) -> set[str]:
    """Ask pip what these need, at no other versions than the pinned ones."""
    # pip refuses open requirements as soon as a constraint carries a hash.
    bare = "".join(block.split("\\")[0] + "\n" for block in lock.values())
    Path("constraints.txt").write_text(bare)
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"]
    command += ["--report", "-", "--constraint", "constraints.txt", *requirements]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)  # noqa: S603 - our own words
    chosen = json.loads(done.stdout)["install"]
    return {canonical(package["metadata"]["name"]) for package in chosen}


def part(lock: Lock, names: set[str]) -> str:
    return "".join(f"{lock[name]}\n" for name in sorted(names))


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.split("[", maxsplit=1)[0]).strip().lower()


if __name__ == "__main__":
    main(sys.argv[1:])
