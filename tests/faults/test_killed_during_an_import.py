"""Processes and stores are killed during imports; nothing acknowledged is lost, and nothing doubled."""

import shutil
from functools import partial

import pytest

from cli.api import Api
from cli.local.processes import PROCESSES
from tests.faults.breaking import Breaking, until
from tests.faults.ledger import Ledger, settle
from tests.faults.stores import Insides
from tests.faults.writing import Bringing, Writer

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("faults")]

# The one that imports and those that it asks come last, since the import waits for them.
_ORDER = ("chat", "helpdesk", "scheduling", "campaigns", "gateway", "parties", "identity", "sales")

# The last is killed well before the end, however quick the import is.
_FIRST_PART = 0.6


def test_each_process_killed_during_an_import(
    breaking: Breaking, api: Api, ledger: Ledger, insides: Insides
) -> None:
    assert set(_ORDER) == {process.name for process in PROCESSES}
    bringing = Bringing(api, insides, ledger, "processes", rows=600)
    _killed_one_by_one(bringing, Writer(api, ledger), breaking, _ORDER)
    settle(ledger, insides)


def test_each_store_killed_during_an_import(
    breaking: Breaking, api: Api, ledger: Ledger, insides: Insides
) -> None:
    bringing = Bringing(api, insides, ledger, "stores", rows=400)
    _killed_one_by_one(bringing, Writer(api, ledger), breaking, ("valkey", "nats", "postgres"))
    settle(ledger, insides)


def test_everything_killed_at_once_and_started_again(
    breaking: Breaking, api: Api, ledger: Ledger, insides: Insides
) -> None:
    bringing = Bringing(api, insides, ledger, "everything", rows=300)
    until(partial(_has_left, bringing, 0.8), "the import under way")
    breaking.kill_everything()
    breaking.system.start()
    until(bringing.ended, "the import's end")
    bringing.check()
    settle(ledger, insides)


def test_a_stream_that_lost_everything_hears_all_of_it_again(
    breaking: Breaking, ledger: Ledger, insides: Insides
) -> None:
    before = insides.kept_events()
    with breaking.left_dead("nats"):
        shutil.rmtree(breaking.system.home.folder / "nats" / "store")
    until(lambda: insides.kept_events() == before, "every stream as it was")
    settle(ledger, insides)


def _killed_one_by_one(
    bringing: Bringing, writer: Writer, breaking: Breaking, names: tuple[str, ...]
) -> None:
    """The next is killed when a further part of the lines is in, so that each meets an import."""
    waiting = {}
    with writer.at_work():
        for number, name in enumerate(names):
            most = 1 - number / len(names) * _FIRST_PART
            until(partial(_has_left, bringing, most), f"the import before {name} is killed")
            assert bringing.left(), f"{name} was to be killed during the import."
            waiting[name] = breaking.kill(name)
        for name, is_back in waiting.items():
            print(f"{name} back after {until(is_back, f'{name} back'):.1f} s more")
        until(bringing.ended, "the import's end")
    bringing.check()


def _has_left(bringing: Bringing, most: float) -> bool:
    return bringing.left() <= most
