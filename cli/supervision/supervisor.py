"""The supervisor of a local system: stores, databases, processes, each in its turn."""

import os
import signal
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from functools import partial

import psutil

from cli.components.component import Component
from cli.components.footprint import Footprint, end
from cli.failure import CommandFailed
from cli.local.home import Home
from cli.local.log_rotation import Rotation
from cli.local.processes import PROCESSES, Process
from cli.local.schemas import Schemas
from cli.local.state import Phase, ProcessState, StateFile, SystemState
from cli.local.stores import Stores
from cli.local.wiring import Wiring
from cli.progress import Progress
from cli.supervision.programs import Program, migrate
from cli.supervision.supervised import Supervised

# Together they stay below the ten seconds in which Ctrl-C must be done.
GATEWAY_PATIENCE, SERVICE_PATIENCE, STORE_PATIENCE = 2.0, 3.0, 4.0
STORE_TITLES = {"postgres": "PostgreSQL", "nats": "NATS", "valkey": "Valkey", "mailbox": "Mailbox"}
# More migrations at once only wait for one another's processor.
MIGRATIONS_AT_ONCE = 2


class System:
    """One system under supervision."""

    def __init__(self, home: Home, port: int, progress: Progress) -> None:
        self.progress = progress
        self.stopping = threading.Event()
        self.stores = Stores(home)
        self.wiring = Wiring(home, self.stores, port)
        self.file = StateFile(home.state)
        self.file.system = SystemState(supervisor=_own_footprint(), address=self.wiring.address)
        self._schemas = Schemas(home)
        self._supervised: dict[str, Supervised] = {}
        self._rotating = threading.Thread(
            target=Rotation.of_environment().keep_small,
            args=(home.logs, self.stopping),
            daemon=True,
        )
        self._migrating = threading.Semaphore(MIGRATIONS_AT_ONCE)

    def start(self) -> None:
        """Bring everything up; the first failure ends the attempt and is raised."""
        self.stores.check_given()
        self.file.write()
        self._rotating.start()
        self._together([partial(self._start_store, store) for store in self.stores.own])
        with self.progress.step("Databases"):
            self.stores.ensure_databases()
        self._start_processes()
        self._note(Phase.READY)

    def settle(self) -> None:
        """Note that there is nothing left to say."""
        self.file.system.settled = True
        self.file.write()

    def stop(self) -> None:
        """Take everything down in the reverse order, within ten seconds."""
        self.stopping.set()
        self._note(Phase.STOPPING)
        self._stop_all(["gateway"], GATEWAY_PATIENCE)
        self._stop_all([p.name for p in PROCESSES if p.has_database], SERVICE_PATIENCE)
        self._stop_all([store.name for store in self.stores.own], STORE_PATIENCE)
        self._note(Phase.STOPPED)

    def _start_store(self, store: Component) -> None:
        supervised = self._supervise(ProcessState(store.name), store)
        with self.progress.step(STORE_TITLES[store.name]):
            supervised.start()

    def _start_processes(self) -> None:
        with ThreadPoolExecutor(len(PROCESSES)) as threads:
            started: dict[str, Future[None]] = {}
            for process in PROCESSES:
                needed = [started[name] for name in process.after]
                started[process.name] = threads.submit(self._bring_up, process, needed)
            self._raise_first_failure(started.values())

    def _bring_up(self, process: Process, needed: Sequence["Future[None]"]) -> None:
        if process.has_database:
            with self._migrating:
                self._migrate(process)
        for other in needed:
            other.result()
        state = ProcessState(
            process.name, port=self.wiring.listen(process), ops_port=self.wiring.ops(process)
        )
        program = Program(process, self.wiring, state, self.stopping)
        with self.progress.step(process.name):
            self._supervise(state, program).start()

    def _migrate(self, process: Process) -> None:
        if self.stopping.is_set():
            raise CommandFailed("Stopped before everything was ready.")
        url = self.stores.database_url(process.name)
        if self._schemas.is_current(process.name, url):
            return
        with self.progress.step(f"{process.name}: database schema"):
            migrate(process, self.wiring)
        self._schemas.remember(process.name, url)

    def _supervise(self, state: ProcessState, program: Program | Component) -> Supervised:
        supervised = Supervised(program, state, self.file, self.stopping)
        self._supervised[state.name] = supervised
        return supervised

    def _stop_all(self, names: Iterable[str], patience: float) -> None:
        started = [self._supervised[name] for name in names if name in self._supervised]
        self._together([partial(each.stop, patience) for each in started])

    def _together(self, calls: Sequence[Callable[[], None]]) -> None:
        with ThreadPoolExecutor(max(len(calls), 1)) as threads:
            self._raise_first_failure([threads.submit(call) for call in calls])

    def _raise_first_failure(self, futures: Iterable["Future[None]"]) -> None:
        done, _ = wait(list(futures), return_when=FIRST_EXCEPTION)
        failure = next((f.exception() for f in done if f.exception()), None)
        if failure:
            self.stopping.set()
            raise failure

    def _note(self, phase: Phase) -> None:
        self.file.system.phase = phase
        self.file.write()


def stop_on_signals(stopping: threading.Event) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.set())


def end_leftovers(state: SystemState) -> int:
    """End the processes of a supervisor that was killed; the stores look after their own."""
    found = [_running(process) for process in state.processes.values()]
    leftovers = [process for process in found if process]
    with ThreadPoolExecutor(len(leftovers) or 1) as threads:
        list(threads.map(end, leftovers))
    return len(leftovers)


def _running(process: ProcessState) -> psutil.Process | None:
    if process.name in STORE_TITLES or process.footprint is None:
        return None
    return process.footprint.process()


def _own_footprint() -> Footprint:
    return Footprint.of(os.getpid(), psutil.Process().cmdline())
