"""One behaviour for every verb of every entity, whatever its rule; A4 and A5 for all of them."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from crm.v1 import records_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.access.entries import Default, FieldAccess, Permission
from kit.entity import Level
from kit.entity.kinds import LongText, Text
from kit.errors import Conflict, Denied, Invalid, NotFound
from kit.ids import uuid7
from kit.records.methods.verbs import Input
from kit.testing.organisation import TestOrganisation
from tests.entities.factories import Office, plain_value
from tests.entities.verbs import DOINGS, UNDECLARED, VERBS, VerbCase, out_of_bounds

_RIGHTS = ("view", "create", "edit", "delete")


def of(wanted: Callable[[VerbCase], bool]) -> Any:
    """A test for each verb that is meant."""
    meant = [verb for verb in VERBS if str(verb) not in UNDECLARED and wanted(verb)]
    return pytest.mark.parametrize("verb", meant, ids=str)


def _over_one(verb: VerbCase) -> bool:
    return verb.declared.over_record


def _changing(verb: VerbCase) -> bool:
    return verb.declared.over_record and verb.declared.changes


def test_every_verb_of_the_contract_is_described_here() -> None:
    assert {str(verb) for verb in VERBS} == set(DOINGS)


@of(lambda _: True)
async def test_without_the_right_it_is_denied(
    verb: VerbCase, office: Office, organisation: TestOrganisation
) -> None:
    lacking = verb.declared.right or "edit"
    others = {right: True for right in _RIGHTS if right != lacking}
    eve = await organisation.person("Eve", Permission(entity=str(verb.case), **others))
    with pytest.raises(Denied):
        await verb.ask(office, eve)(await verb.request(office, _anything()))


def _everything(verb: VerbCase) -> Permission:
    return Permission(str(verb.case), **dict.fromkeys(_RIGHTS, True))


async def _limited(organisation: TestOrganisation, verb: VerbCase, name: str, access: str) -> Any:
    limit = FieldAccess(str(verb.case), name, access)
    profile = await organisation.profile(_everything(verb), fields=(limit,))
    return await organisation.person("Eve", profiles=(profile,))


def _anything() -> Any:
    """No record: what is refused here is refused before one is looked for."""
    return SimpleNamespace(id=str(uuid7()))


async def _said(verb: VerbCase, office: Office, given: Input) -> dict[str, Any]:
    """An input with a value that fits it, unless the least already has one."""
    told = await verb.doing.told(office, None)
    if given.name in told:
        return {}
    return {given.name: plain_value(given.kind) or str(uuid7())}


def _standing_in(verb: VerbCase) -> Iterator[tuple[Input, str]]:
    for given in verb.declared.inputs:
        for name in given.stands_for:
            yield given, name


@of(lambda verb: verb.declared.changes and bool(verb.declared.sets))
async def test_a_locked_field_that_it_sets_is_named(
    verb: VerbCase, office: Office, organisation: TestOrganisation
) -> None:
    """A4: Bookings.Cancel, Members.SetState, People.Activate and Deactivate forgot to ask."""
    for name in verb.declared.sets:
        eve = await _limited(organisation, verb, name, "read")
        with pytest.raises(Denied) as refused:
            await verb.ask(office, eve)(await verb.request(office, _anything()))
        assert set(refused.value.fields) == {name}


@of(lambda verb: any(_standing_in(verb)))
async def test_an_input_is_refused_as_the_field_for_which_it_stands(
    verb: VerbCase, office: Office, organisation: TestOrganisation
) -> None:
    """A4, S7, S15: a locked field is not set by way of a verb, and a hidden one not asked about."""
    for given, name in _standing_in(verb):
        request = await verb.request(office, _anything(), **await _said(verb, office, given))
        for access in ("hidden", "read") if verb.declared.changes else ("hidden",):
            eve = await _limited(organisation, verb, name, access)
            with pytest.raises((Denied, Invalid)) as refused:
                await verb.ask(office, eve)(request)
            assert set(refused.value.fields) <= {given.name, name}, given.name
            assert refused.value.fields, given.name


@of(_changing)
async def test_a_stale_version_is_refused_with_the_record_as_it_is(
    verb: VerbCase, office: Office
) -> None:
    """A5: the verbs of tickets, activities, bookings and rooms had no version in their messages."""
    made = await verb.made(office)
    with pytest.raises(Conflict) as refused:
        await verb.ask(office)(await verb.request(office, made, version=77))
    assert msgspec.json.decode(refused.value.current or b"{}")["id"] == made.id


@asynccontextmanager
async def _private(organisation: TestOrganisation, verb: VerbCase) -> AsyncIterator[None]:
    default = await organisation.publish("default", Default(str(verb.case), "private"))
    try:
        yield
    finally:
        await organisation.publish("default", None, default)


@of(_over_one)
async def test_an_unknown_and_an_invisible_record_are_not_found_alike(
    verb: VerbCase, office: Office, organisation: TestOrganisation
) -> None:
    made = await verb.made(office)
    eve = await organisation.person("Eve", _everything(verb))
    request = await verb.request(office, made)
    words = set()
    async with _private(organisation, verb):
        for record_id in (str(uuid7()), made.id, "no id"):
            request.id = record_id
            with pytest.raises(NotFound) as missing:
                await verb.ask(office, eve)(request)
            words.add((missing.value.message, str(missing.value.fields)))
    assert len(words) == 1


@of(lambda verb: _changing(verb) and verb.declared.level != Level.READ)
async def test_whoever_may_only_read_the_record_is_denied(
    verb: VerbCase, office: Office, organisation: TestOrganisation
) -> None:
    made = await verb.made(office)
    eve = await organisation.person("Eve", _everything(verb))
    async with _private(organisation, verb):
        share = records_pb2.ShareRequest(
            entity=verb.doing.shared or str(verb.case),
            id=made.id,
            principal_kind="person",
            principal_id=str(eve.person_id),
            level="read",
        )
        await office.servings[verb.case.service].stub(RecordsStub, office.actor).Share(share)
        with pytest.raises(Denied):
            await verb.ask(office, eve)(await verb.request(office, made))


async def _history(verb: VerbCase, office: Office, made: Any) -> list[Any]:
    if "id" not in made.DESCRIPTOR.fields_by_name:
        # It tells of many records; that it worked once its own tests say.
        return []
    asked = records_pb2.HistoryRequest(entity=str(verb.case), id=made.id)
    stub = office.servings[verb.case.service].stub(RecordsStub, office.actor)
    try:
        return list((await stub.History(asked)).items)
    except NotFound:
        # A lead that was converted is gone, and its history with it.
        return []


@of(lambda verb: verb.declared.repeatable)
async def test_repeated_under_one_key_it_answers_alike_and_works_once(
    verb: VerbCase, office: Office
) -> None:
    made, key = await verb.made(office), uuid7().hex
    request = await verb.request(office, made)
    first = await verb.ask(office)(request, key=key)
    entries = await _history(verb, office, made or first)
    assert await verb.ask(office)(request, key=key) == first
    assert await _history(verb, office, made or first) == entries


@of(lambda verb: any(out_of_bounds(each.kind) is not None for each in verb.declared.inputs))
async def test_an_input_out_of_bounds_is_named(verb: VerbCase, office: Office) -> None:
    for given in verb.declared.inputs:
        if (wrong := out_of_bounds(given.kind)) is not None:
            with pytest.raises(Invalid) as refused:
                await verb.ask(office)(
                    await verb.request(office, _anything(), **{given.name: wrong})
                )
            assert set(refused.value.fields) == {given.name}


@of(lambda verb: any(each.required for each in verb.declared.inputs))
async def test_a_required_input_that_says_nothing_is_named(verb: VerbCase, office: Office) -> None:
    for given in verb.declared.inputs:
        if given.required:
            with pytest.raises(Invalid) as refused:
                await verb.ask(office)(await verb.request(office, _anything(), **{given.name: ""}))
            assert set(refused.value.fields) == {given.name}


@of(lambda verb: _changing(verb) and not verb.declared.by_itself)
async def test_it_changes_no_more_than_it_declares(verb: VerbCase, office: Office) -> None:
    """A4: a verb that set a field without saying so would not ask whether the caller may."""
    declared, fields = verb.declared, verb.case.record.fields
    made = await verb.made(office)
    texts = [each for each in declared.inputs if type(each.kind) in {Text, LongText}]
    more = {
        name: value for each in texts for name, value in (await _said(verb, office, each)).items()
    }
    await verb.ask(office)(await verb.request(office, made, **more))
    changed = {
        change.field
        for entry in await _history(verb, office, made)
        if entry.version > made.version
        for change in entry.changes
    }
    told = {name for each in declared.inputs for name in each.stands_for}
    figures = {name for name, known in fields.items() if known.said.figure}
    assert changed <= {*declared.sets, *declared.follows} | told | figures
    assert not declared.sets or changed & set(declared.sets)
