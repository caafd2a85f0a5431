"""The launcher: a clear word without Python, and the right Python where there are several."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.environment import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Give the launcher a folder of its own, where no environment has been made."""
    folder = tmp_path / "check out"
    (folder / "cli").mkdir(parents=True)
    shutil.copy(ROOT / "rapport", folder / "rapport")
    return folder


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """Offer the few programs a POSIX shell needs, and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "dirname").symlink_to(str(shutil.which("dirname")))
    return folder


def launch(
    checkout: Path, tools: Path, standing_in: Path = Path("/")
) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(tools), "HOME": str(checkout)}
    command = ["/bin/sh", str(checkout / "rapport"), "status"]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, cwd=standing_in
    )


def test_a_missing_python_is_one_clear_sentence(checkout: Path, tools: Path) -> None:
    done = launch(checkout, tools)
    assert done.returncode == 3
    assert done.stderr.startswith("Rapport needs Python 3.11, and there is none on this machine")
    assert done.stderr.count("\n") == 1


def test_a_python_of_another_version_is_passed_over(checkout: Path, tools: Path) -> None:
    impostor = tools / "python3"
    impostor.write_text("#!/bin/sh\nexit 1\n")
    impostor.chmod(0o755)
    assert launch(checkout, tools).returncode == 3


def test_a_pyenv_version_is_found_without_being_on_the_path(checkout: Path, tools: Path) -> None:
    folder = checkout / ".pyenv" / "versions" / "3.11.99" / "bin"
    folder.mkdir(parents=True)
    (folder / "python3.11").symlink_to(os.path.realpath(sys.executable))
    (checkout / "cli" / "environment.py").write_text("raise SystemExit('reached')\n")
    assert launch(checkout, tools).stderr == "reached\n"


def test_a_module_in_the_current_folder_is_not_mistaken_for_ours(
    checkout: Path, tools: Path, tmp_path: Path
) -> None:
    (tools / "python3.11").symlink_to(os.path.realpath(sys.executable))
    (checkout / "cli" / "environment.py").write_text("raise SystemExit('ours')\n")
    (tmp_path / "cli").mkdir()
    (tmp_path / "cli" / "environment.py").write_text("raise SystemExit('theirs')\n")
    assert launch(checkout, tools, tmp_path).stderr == "ours\n"


def test_the_launcher_is_plain_posix_shell() -> None:
    dash = shutil.which("dash") or "/bin/sh"
    assert subprocess.run([dash, "-n", str(ROOT / "rapport")], check=False).returncode == 0
    assert (ROOT / "rapport").read_text().startswith("#!/bin/sh\n")
