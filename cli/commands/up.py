"""`up` and `down`: a system in the foreground, or one that runs on in the background."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from cli.environment import ROOT
from cli.failure import CommandFailed
from cli.local import disk_space
from cli.local.claim import claimed, is_claimed, released_within
from cli.local.home import Home
from cli.local.state import Phase, read_state
from cli.local.stores import Stores
from cli.local.wiring import ADMIN_EMAIL
from cli.progress import Progress
from cli.supervision.supervisor import System, end_leftovers, stop_on_signals

STOP_SECONDS = 12.0


def run(home: Home, port: int, progress: Progress, *, demonstration: bool) -> None:
    """Run a system until Ctrl-C, `down` or a failure ends it."""
    home.create()
    with claimed(home.claim):
        _clear(home, progress)
        disk_space.check(home)
        system = System(home, port, progress)
        stop_on_signals(system.stopping)
        try:
            system.start()
            announce(home, progress)
            if demonstration:
                _demonstrate(home, system, progress)
            system.settle()
            system.stopping.wait()
        finally:
            with progress.step("Stopping"):
                system.stop()


def run_detached(home: Home, arguments: list[str], progress: Progress) -> None:
    """Leave a supervisor in the background and show what it says until it is ready."""
    home.create()
    if is_claimed(home.claim):
        progress.note("The system is running already.")
        return
    log = home.log("supervisor")
    start_at = log.stat().st_size if log.exists() else 0
    with log.open("ab") as output:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "up", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd=ROOT,
        )
    _follow(log, start_at, home, supervisor)
    if progress.console.is_terminal:
        # What the supervisor says goes to its log, so that it leaves the password to us.
        _sign_in(home, progress)


def down(home: Home, progress: Progress) -> None:
    """End the supervisor and, after a crash, whatever it left running."""
    if not home.claim.exists():
        progress.note(f"No system has ever run in {home.folder}.")
        return
    if is_claimed(home.claim):
        _end_supervisor(home, progress)
    with claimed(home.claim):
        _clear(home, progress)
        for store in Stores(home).own:
            store.clear()


def announce(home: Home, progress: Progress) -> None:
    state = read_state(home.state)
    progress.console.print(f"\n[bold]Rapport is ready[/] after {progress.seconds():.1f} s")
    progress.console.print(f"  Address   {state.address}")
    _sign_in(home, progress)


def _sign_in(home: Home, progress: Progress) -> None:
    password = progress.secret(home.secret("administrator"))
    progress.console.print(f"  Sign in   {ADMIN_EMAIL} / {password}", markup=False)


def _demonstrate(home: Home, system: System, progress: Progress) -> None:
    # What fills the system speaks HTTP, and starting the processes must not wait for that.
    from cli.demo import startup

    startup.run(home, system.wiring.address, progress, system.stopping)


def _clear(home: Home, progress: Progress) -> None:
    ended = end_leftovers(read_state(home.state))
    if ended:
        progress.note(f"Ended {ended} processes that an earlier run had left behind.")


def _end_supervisor(home: Home, progress: Progress) -> None:
    footprint = read_state(home.state).supervisor
    supervisor = footprint.process() if footprint else None
    if supervisor is None:
        raise CommandFailed(f"Somebody holds {home.claim}, but no supervisor of ours runs.")
    with progress.step("Stopping"):
        supervisor.send_signal(signal.SIGTERM)
        if not released_within(home.claim, STOP_SECONDS):
            raise CommandFailed("The supervisor does not stop; see ./rapport logs supervisor.")


def _follow(log: Path, start_at: int, home: Home, supervisor: subprocess.Popen[bytes]) -> None:
    with log.open(errors="replace") as lines:
        lines.seek(start_at)
        while True:
            ended = supervisor.poll() is not None
            state = read_state(home.state)
            ready = state.phase is Phase.READY and state.settled
            sys.stdout.write(lines.read())
            sys.stdout.flush()
            if ended:
                raise SystemExit(supervisor.returncode)
            if ready and _is_of(home, supervisor):
                return
            time.sleep(0.05)


def _is_of(home: Home, supervisor: subprocess.Popen[bytes]) -> bool:
    footprint = read_state(home.state).supervisor
    return footprint is not None and footprint.pid == supervisor.pid
