"""The API without HTTP: what the pages use, over the very functions that the routes call."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from crm.v1 import imports_pb2 as pb
from starlette.responses import Response

from gateway.access import Rights
from gateway.api.beside.duplicates import Duplicates
from gateway.api.beside.files import Files
from gateway.api.beside.followers import Followers
from gateway.api.beside.notes import Notes
from gateway.api.bulk.bulks import Bulks
from gateway.api.bulk.hand_overs import HandOvers
from gateway.api.bulk.in_process import ManyInProcess
from gateway.api.descriptions import Descriptions
from gateway.api.exports import Exports
from gateway.api.importing.imports import PIECE, Imports
from gateway.api.inbox.inbox import Inbox
from gateway.api.me import me
from gateway.api.merging.in_process import DuplicatesInProcess
from gateway.api.merging.merges import Merges
from gateway.api.operations import Operations
from gateway.api.parsing import from_json
from gateway.api.records import Records
from gateway.api.reporting.in_process import ReportsInProcess
from gateway.api.reporting.reports import Reports
from gateway.api.reporting.schedules import Schedules
from gateway.api.searching.search import Search
from gateway.backends import Backends
from gateway.web.api import Json
from gateway.web.custom_fields import gathered, spread, spread_over


@dataclass(frozen=True)
class InProcessApi(DuplicatesInProcess, ManyInProcess, ReportsInProcess):
    """The API as the caller of this request may use it."""

    backends: Backends
    rights: Rights
    operations: Operations
    records: Records
    reports: Reports
    schedules: Schedules
    notes: Notes
    files: Files
    following: Followers
    inbox: Inbox
    descriptions: Descriptions
    imports: Imports
    exports: Exports
    bulks: Bulks
    hand_overs: HandOvers
    duplicates: Duplicates
    everywhere: Search
    merges: Merges

    async def me(self) -> Json:
        return me(self.rights)

    async def describe(self) -> Json:
        return await self.descriptions.all()

    async def list(self, plural: str, params: Mapping[str, str]) -> Json:
        answer = await self.operations.list(self.backends.resource(plural), params)
        return spread_over(answer.values())

    async def get(
        self, plural: str, record_id: str, params: Mapping[str, str] | None = None
    ) -> Json:
        answer = await self.operations.get(self.backends.resource(plural), record_id, params or {})
        return spread(answer.values())

    async def create(self, plural: str, body: Json, *, allow_duplicates: bool = False) -> Json:
        values = {name: value for name, value in body.items() if name != "idempotency_key"}
        key, resource = str(body.get("idempotency_key", "")), self.backends.resource(plural)
        answer = await self.operations.create(
            resource, gathered(values), key, allow_duplicates=allow_duplicates
        )
        return answer.values()

    async def update(
        self,
        plural: str,
        record_id: str,
        version: int,
        patch: Json,
        *,
        allow_duplicates: bool = False,
    ) -> Json:
        resource = self.backends.resource(plural)
        answer = await self.operations.update(
            resource, record_id, gathered(patch), version, allow_duplicates=allow_duplicates
        )
        return answer.values()

    async def delete(self, plural: str, record_id: str, version: int) -> None:
        await self.operations.delete(self.backends.resource(plural), record_id, version)

    async def binned(self, plural: str, params: Mapping[str, str]) -> Json:
        return (await self.records.binned(self.backends.resource(plural), params)).values()

    async def restore(self, plural: str, record_id: str, version: int | None) -> None:
        await self.records.restore(self.backends.resource(plural), record_id, version)

    async def private(self, plural: str, params: Mapping[str, str]) -> Json:
        return (await self.records.private(self.backends.resource(plural), params)).values()

    async def lift_privacy(self, plural: str, record_id: str) -> None:
        await self.records.lift_privacy(self.backends.resource(plural), record_id)

    async def verb(self, plural: str, record_id: str | None, name: str, body: Json) -> Json:
        verb = self.backends.resource(plural).verb(name)
        values = {name: value for name, value in body.items() if name != "idempotency_key"}
        key = str(body.get("idempotency_key", ""))
        answer = await self.operations.run_verb(verb, record_id, values, key=key)
        return answer.values()

    async def history(self, plural: str, record_id: str, params: Mapping[str, str]) -> Json:
        answer = await self.records.history(self.backends.resource(plural), record_id, params)
        return answer.values()

    async def timeline(
        self, plural: str, record_id: str, params: Mapping[str, str], *, kind: str = ""
    ) -> Json:
        asked = {**params, "kinds": kind} if kind else params
        answer = await self.records.timeline(self.backends.resource(plural), record_id, asked)
        return answer.values()

    async def shares(self, plural: str, record_id: str) -> Json:
        answer = await self.records.shares(self.backends.resource(plural), record_id)
        return answer.values()

    async def share(self, plural: str, record_id: str, body: Json) -> Json:
        answer = await self.records.share(self.backends.resource(plural), record_id, body)
        return answer.values()

    async def unshare(self, plural: str, record_id: str, body: Json) -> Json:
        answer = await self.records.unshare(self.backends.resource(plural), record_id, body)
        return answer.values()

    async def explain(self, plural: str, record_id: str, person_id: str) -> Json:
        query = {"person_id": person_id} if person_id else {}
        answer = await self.records.explain(self.backends.resource(plural), record_id, query)
        return answer.values()

    async def note_page(self, plural: str, record_id: str, params: Mapping[str, str]) -> Json:
        answer = await self.notes.list(self.backends.resource(plural), record_id, params)
        return answer.values()

    async def write_note(self, plural: str, record_id: str, body: Json) -> Json:
        values = {name: value for name, value in body.items() if name != "idempotency_key"}
        key = str(body.get("idempotency_key", ""))
        resource = self.backends.resource(plural)
        return (await self.notes.create(resource, record_id, values, key)).values()

    async def change_note(
        self, plural: str, named: tuple[str, str], version: int | None, patch: Json
    ) -> Json:
        resource = self.backends.resource(plural)
        return (await self.notes.update(resource, named, patch, version)).values()

    async def delete_note(self, plural: str, named: tuple[str, str], version: int | None) -> None:
        await self.notes.delete(self.backends.resource(plural), named, version)

    async def note_versions(
        self, plural: str, named: tuple[str, str], params: Mapping[str, str]
    ) -> Json:
        answer = await self.notes.versions(self.backends.resource(plural), named, params)
        return answer.values()

    async def file_page(self, plural: str, record_id: str, params: Mapping[str, str]) -> Json:
        answer = await self.files.list(self.backends.resource(plural), record_id, params)
        return answer.values()

    async def file(self, plural: str, named: tuple[str, str]) -> Json:
        return (await self.files.get(self.backends.resource(plural), named)).values()

    async def put_file(
        self, plural: str, named: tuple[str, str], name: str, data: AsyncIterator[bytes]
    ) -> Json:
        resource, query = self.backends.resource(plural), {"name": name}
        if not named[1]:
            return (await self.files.upload(resource, named[0], query, data, "")).values()
        return (await self.files.upload_version(resource, named, {}, data, "", None)).values()

    async def file_beginning(self, plural: str, named: tuple[str, str], length: int) -> bytes:
        return await self.files.beginning(self.backends.resource(plural), named, length)

    async def file_versions(
        self, plural: str, named: tuple[str, str], params: Mapping[str, str]
    ) -> Json:
        resource = self.backends.resource(plural)
        return (await self.files.versions(resource, named, params)).values()

    async def file_openings(
        self, plural: str, named: tuple[str, str], params: Mapping[str, str]
    ) -> Json:
        resource = self.backends.resource(plural)
        return (await self.files.openings(resource, named, params)).values()

    async def rename_file(
        self, plural: str, named: tuple[str, str], version: int | None, patch: Json
    ) -> Json:
        resource = self.backends.resource(plural)
        return (await self.files.update(resource, named, patch, version)).values()

    async def delete_file(self, plural: str, named: tuple[str, str], version: int | None) -> None:
        await self.files.delete(self.backends.resource(plural), named, version)

    async def file_space(self) -> Json:
        return await self.files.space()

    async def titles(self, entity: str, ids: Sequence[str]) -> Json:
        query = {"ids": ",".join(ids)}
        return (await self.records.titles(self.backends.entity(entity), query)).values()

    async def aggregate(self, plural: str, params: Mapping[str, str]) -> Json:
        answer = await self.records.aggregate(self.backends.resource(plural), params)
        return answer.values()

    async def export(self, plural: str, params: Mapping[str, str]) -> Response:
        return await self.exports.export(self.backends.resource(plural), params)

    async def tag_cloud(self, plural: str, narrowed: str = "") -> Json:
        if not plural:
            return await self.records.tag_cloud()
        query = {"filter": narrowed} if narrowed else {}
        return (await self.records.count_tags(self.backends.resource(plural), query)).values()

    async def search(self, words: str, most: int, entity: str = "", place: str = "") -> Json:
        return await self.everywhere.look(words, most, entity, place)

    async def inbox_page(self, params: Mapping[str, str]) -> Json:
        return (await self.inbox.list(params)).values()

    async def mark_notification(self, id: str, mark: str) -> None:
        await self.inbox.mark(id, mark)

    async def read_inbox(self) -> None:
        await self.inbox.read_all()

    async def inbox_choices(self) -> Json:
        return (await self.inbox.choices()).values()

    async def choose_inbox(self, choices: Json) -> None:
        await self.inbox.choose(choices)

    async def followers(self, plural: str, record_id: str) -> Json:
        answer = await self.following.list(self.backends.resource(plural), record_id, {})
        return answer.values()

    async def follow(self, plural: str, record_id: str, *, wanted: bool) -> None:
        change = self.following.follow if wanted else self.following.unfollow
        await change(self.backends.resource(plural), record_id)

    async def start_import(self, plan: Json, data: bytes) -> Json:
        message = from_json(pb.ImportPlan(), plan)
        return (await self.imports.start(message, partial(_pieces, data))).values()

    async def imported(self, import_id: str) -> Json:
        return (await self.imports.get(import_id)).values()

    async def import_lines(self, import_id: str, params: Mapping[str, str]) -> Json:
        return (await self.imports.lines(import_id, params)).values()

    async def undo_import(self, import_id: str, key: str) -> Json:
        return (await self.imports.undo(import_id, key)).values()

    async def retry_import(self, plan: Json) -> Json:
        message = from_json(pb.ImportPlan(), plan)
        answer = await self.imports.retry(message.import_id, message)
        return answer.values()


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), PIECE):
        yield data[start : start + PIECE]
