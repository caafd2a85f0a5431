"""Names in a file become ids: each is asked for once, as the person who imports may see it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crm.v1 import records_pb2 as pb
from crm.v1.records_pb2_grpc import RecordsStub
from rapidfuzz import fuzz
from rapidfuzz import process as fuzzy

from kit.access.entries import Person
from kit.actor import Actor, calling, calls
from kit.errors import Denied, Invalid, NotFound
from kit.importing.mapping.layout import Layout, Source
from kit.importing.mapping.paths import PEOPLE
from kit.records.methods.records_service import RecordsService
from kit.records.process import Process
from kit.text.folding import typed

_NEAR = 60
_KEPT = 100_000
_ASKED = 1_000


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a line was not taken in, and what its writer may have meant."""

    why: str
    nearest: str = ""


Name = tuple[str, str, str]
"""Target entity, field, and the value as texts are compared."""


class Names:
    """What the names of one import stand for; misses in its own entity may still come true."""

    def __init__(self, process: Process, layout: Layout, asker: Actor) -> None:
        self._process = process
        self._asker = asker
        self._layout = layout
        self._known: dict[Name, UUID | Reason] = {}

    def of(self, source: Source, text: str) -> UUID | Reason:
        """The record that a name stands for, after `learn`."""
        return self._known[self._name(source, text)]

    def is_own(self, source: Source) -> bool:
        """Whether the referenced records are of the very kind that is being taken in."""
        return self._layout.target(source) == self._layout.record.entity

    async def learn(self, texts: Iterable[tuple[Source, str]]) -> None:
        """Asks for all names that are not known yet: one question for each field."""
        self._forget()
        wanted: dict[tuple[str, str], dict[str, str]] = {}
        for source, text in texts:
            entity, by, key = self._name(source, text)
            if (entity, by, key) not in self._known:
                wanted.setdefault((entity, by), {})[key] = text.strip()
        for (entity, by), values in wanted.items():
            found = await self._found(entity, by, values)
            self._known |= {(entity, by, key): each for key, each in found.items()}

    def _forget(self) -> None:
        """Only names of records that a later line cannot make stay missing."""
        if len(self._known) > _KEPT:
            self._known.clear()
        own = self._layout.record.entity
        self._known = {
            name: each
            for name, each in self._known.items()
            if name[0] != own or isinstance(each, UUID)
        }

    def _name(self, source: Source, text: str) -> Name:
        return self._layout.target(source), source.by, typed(text)

    async def _found(
        self, entity: str, by: str, values: Mapping[str, str]
    ) -> dict[str, UUID | Reason]:
        if entity == PEOPLE:
            try:
                people = self.people(by)
            except (Denied, Invalid) as refused:
                return dict.fromkeys(values, Reason(refused.message))
            return {key: _person(people, by, key, text) for key, text in values.items()}
        texts = list(values.values())
        answers: dict[str, UUID | Reason] = {}
        for start in range(0, len(texts), _ASKED):
            answers |= await self._asked(entity, by, texts[start : start + _ASKED])
        return answers

    def people(self, by: str) -> Mapping[UUID, Person]:
        """The people whom the caller sees, if he sees the field by which they are looked for.

        They stand in the policy, which every process keeps; of rows only what an organisation keeps
        from all is known here, and then nobody is found but oneself and those below.
        """
        policy, actor = self._process.policy, calling()
        permit = policy.permit(actor, PEOPLE)
        if "view" not in permit.rights:
            raise Denied("Your profile does not let you view people.")
        if not permit.sees(by):
            raise Invalid(field=f"There is no field {by!r}.")
        people = policy.organisation.people
        if actor.person_id is None or "view_all" in permit.rights:
            return people
        if policy.organisation.defaults.get(PEOPLE) != "private":
            return people
        near = {actor.person_id} | policy.organisation.subordinates(actor.person_id)
        return {each: person for each, person in people.items() if each in near}

    async def _asked(self, entity: str, by: str, texts: list[str]) -> dict[str, UUID | Reason]:
        try:
            found = await self.ask(entity, by, texts)
        except (Denied, Invalid, NotFound) as refused:
            return {typed(text): Reason(refused.message) for text in texts}
        items = {typed(each.value): each for each in found.items}
        return {typed(text): _meant(entity, by, text, items.get(typed(text))) for text in texts}

    async def check(self, entity: str, by: str) -> None:
        """Says at once what every name would be refused for."""
        if entity == PEOPLE:
            self.people(by)
        else:
            await self.ask(entity, by, [""])

    async def ask(self, entity: str, by: str, texts: list[str]) -> pb.FoundList:
        """Asks the process that owns an entity, through the same door for all."""
        service = entity.partition(".")[0]
        request = pb.FindRequest(entity=entity, field=by, values=texts, suggest=True)
        if service == self._process.name:
            return await RecordsService(self._process).Find(request, None)
        person = calling()
        request.person_id = str(person.person_id or "")
        channel: Any = self._process.peers.channel(service)
        calls(self._asker)
        try:
            answer: pb.FoundList = await RecordsStub(channel).Find(request)
        finally:
            calls(person)
        return answer


def _meant(entity: str, by: str, text: str, found: pb.Found | None) -> UUID | Reason:
    label = entity.partition(".")[2].lower()
    ids = list(found.ids) if found else []
    if len(ids) == 1:
        return UUID(ids[0])
    if ids:
        return Reason(f"{len(ids)} records of kind {label} have the {by} {text!r}; give the id.")
    return _missing(label, by, text, found.suggestion if found else "")


def not_offered(text: str, offered: Collection[str]) -> Reason:
    """Why a text is none of the values of a list."""
    if near := _near(text, offered):
        return Reason(f"{text!r} is not in the list; the nearest is {near!r}.", near)
    return Reason(f"{text!r} is not in the list; choose one of: {', '.join(offered)}.")


def no_such_tag(word: str, near: str) -> Reason:
    """Why a word is no tag."""
    cure = f"the nearest is {near!r}" if near else "make it first, or leave it out"
    return Reason(f"There is no tag {word!r}; {cure}.", near)


def _missing(label: str, by: str, text: str, near: str) -> Reason:
    hint = f"; the nearest is {near!r}" if near else ""
    return Reason(f"There is no {label} with the {by} {text!r}{hint}.", near)


def _person(people: Mapping[UUID, Person], by: str, key: str, text: str) -> UUID | Reason:
    """A person by name or e-mail; of several, the one who is still active."""
    alike = {each: person for each, person in people.items() if typed(getattr(person, by)) == key}
    chosen = [each for each, person in alike.items() if person.status == "active"] or list(alike)
    if len(chosen) == 1:
        return chosen[0]
    if chosen:
        return Reason(f"{len(chosen)} people have the {by} {text!r}; use the e-mail address.")
    return _missing(
        "person", by, text, _near(text, {getattr(each, by) for each in people.values()})
    )


def _near(text: str, existing: Collection[str]) -> str:
    best = fuzzy.extractOne(text, existing, scorer=fuzz.WRatio, score_cutoff=_NEAR)
    return best[0] if best else ""
