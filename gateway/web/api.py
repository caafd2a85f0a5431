"""The one seam between the pages and the system: what the REST API offers, called in process.

Each operation is one REST route and raises the classes of `kit.errors`, `Unavailable` included when
a service is stopped. Records, pages and descriptions travel as the JSON that the route answers.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Protocol

from starlette.responses import Response

from gateway.reports.question import Question

Json = dict[str, Any]


class Api(Protocol):
    """The REST API as one signed-in person may use it."""

    async def me(self) -> Json:
        """The person: id, name, email, locale, time_zone and theme, as far as they are known."""

    async def describe(self) -> Json:
        """Every service's `Description` joined: `{"entities": […]}`, each with `path` and `verbs`.

        A verb is `{"name": "MoveStage", "label": …, "doc": …, "fields": [FieldDescription …]}`,
        read from the contract; it may be missing.
        """

    async def list(self, plural: str, params: Mapping[str, str]) -> Json:
        """`GET /{plural}`: `{"items": […], "page": {…}}`."""

    async def get(
        self, plural: str, record_id: str, params: Mapping[str, str] | None = None
    ) -> Json:
        """`GET /{plural}/{id}`."""

    async def create(self, plural: str, body: Json, *, allow_duplicates: bool = False) -> Json:
        """`POST /{plural}`; the body may carry `idempotency_key`, which goes into the header."""

    async def update(
        self,
        plural: str,
        record_id: str,
        version: int,
        patch: Json,
        *,
        allow_duplicates: bool = False,
    ) -> Json:
        """`PATCH /{plural}/{id}` with `If-Match`; a stale version raises Conflict."""

    async def match(self, plural: str, record_id: str, typed: Json) -> Json:
        """`POST /{plural}:match`: `{"items": [Candidate …]}` for a record as far as it is typed."""

    async def duplicate_page(self, plural: str, params: Mapping[str, str]) -> Json:
        """`GET /{plural}:duplicates`: `{"items": [DuplicatePair …], "page": {…}}`."""

    async def merge(
        self, plural: str, record_id: str, body: Json, version: int | None = None
    ) -> Json:
        """`POST /{plural}/{id}:merge`: `Merged`; with `dry_run` nothing is changed."""

    async def undo_merge(self, plural: str, record_id: str, merge_id: str) -> Json:
        """`POST /{plural}/{id}:undo-merge`: `Unmerged`."""

    async def merge_page(self, plural: str, record_id: str) -> Json:
        """`GET /{plural}/{id}/merges`: `{"items": [MergeEntry …]}`."""

    async def tell_apart(self, plural: str, record_id: str, body: Json) -> Json:
        """`POST /{plural}/{id}:tell-apart` from `other_id`, or, with `apart` false, no longer."""

    async def delete(self, plural: str, record_id: str, version: int) -> None:
        """`DELETE /{plural}/{id}`."""

    async def binned(self, plural: str, params: Mapping[str, str]) -> Json:
        """`GET /{plural}:bin`: `{"items": [BinEntry …], "page": {…}}`."""

    async def restore(self, plural: str, record_id: str, version: int | None) -> None:
        """`POST /{plural}/{id}:restore`."""

    async def private(self, plural: str, params: Mapping[str, str]) -> Json:
        """`GET /{plural}:private`: `{"items": [PrivateRecord …], "page": {…}}`."""

    async def lift_privacy(self, plural: str, record_id: str) -> None:
        """`POST /{plural}/{id}:lift-privacy`."""

    async def verb(self, plural: str, record_id: str | None, name: str, body: Json) -> Json:
        """`POST /{plural}/{id}:{verb}`; `name` is the RPC's name, e.g. `MoveStage`."""

    async def history(self, plural: str, record_id: str, params: Mapping[str, str]) -> Json:
        """A page of `HistoryEntry`, newest first."""

    async def timeline(
        self, plural: str, record_id: str, params: Mapping[str, str], *, kind: str = ""
    ) -> Json:
        """A page of `TimelineEntry`, newest first; only of one kind where it is said."""

    async def shares(self, plural: str, record_id: str) -> Json:
        """Who was given access by hand: `{"items": [ShareEntry …]}`."""

    async def share(self, plural: str, record_id: str, body: Json) -> Json:
        """Gives access: principal_kind, principal_id and level."""

    async def unshare(self, plural: str, record_id: str, body: Json) -> Json:
        """Takes access back."""

    async def explain(self, plural: str, record_id: str, person_id: str) -> Json:
        """Why a person can see a record: `{"level": …, "reasons": […]}`."""

    async def note_page(self, plural: str, record_id: str, params: Mapping[str, str]) -> Json:
        """`GET /{plural}/{id}/notes`: `{"items": [Note …], "page": {…}}`."""

    async def write_note(self, plural: str, record_id: str, body: Json) -> Json:
        """`POST /{plural}/{id}/notes`; the body may carry `idempotency_key`, which goes into the header."""

    async def change_note(
        self, plural: str, named: tuple[str, str], version: int | None, patch: Json
    ) -> Json:
        """`PATCH /{plural}/{id}/notes/{note_id}` with `If-Match`, for the note that both ids name."""

    async def delete_note(self, plural: str, named: tuple[str, str], version: int | None) -> None:
        """`DELETE /{plural}/{id}/notes/{note_id}`."""

    async def note_versions(
        self, plural: str, named: tuple[str, str], params: Mapping[str, str]
    ) -> Json:
        """`GET /{plural}/{id}/notes/{note_id}/versions`: `{"items": [NoteVersion …], "page": {…}}`."""

    async def file_page(self, plural: str, record_id: str, params: Mapping[str, str]) -> Json:
        """`GET /{plural}/{id}/files`: `{"items": [File …], "page": {…}}`."""

    async def file(self, plural: str, named: tuple[str, str]) -> Json:
        """`GET /{plural}/{id}/files/{file_id}`, for the file that both ids name."""

    async def put_file(
        self, plural: str, named: tuple[str, str], name: str, data: AsyncIterator[bytes]
    ) -> Json:
        """`POST /{plural}/{id}/files?name=…`, or, of a file that is named, `…/files/{file_id}/versions`."""

    async def file_beginning(self, plural: str, named: tuple[str, str], length: int) -> bytes:
        """`GET /{plural}/{id}/files/{file_id}/content?preview=true`, as much as a page shows."""

    async def file_versions(
        self, plural: str, named: tuple[str, str], params: Mapping[str, str]
    ) -> Json:
        """`GET /{plural}/{id}/files/{file_id}/versions`: `{"items": [FileVersion …], "page": {…}}`."""

    async def file_openings(
        self, plural: str, named: tuple[str, str], params: Mapping[str, str]
    ) -> Json:
        """`GET /{plural}/{id}/files/{file_id}/openings`: `{"items": [FileOpening …], "page": {…}}`."""

    async def rename_file(
        self, plural: str, named: tuple[str, str], version: int | None, patch: Json
    ) -> Json:
        """`PATCH /{plural}/{id}/files/{file_id}` with `If-Match`."""

    async def delete_file(self, plural: str, named: tuple[str, str], version: int | None) -> None:
        """`DELETE /{plural}/{id}/files/{file_id}`."""

    async def file_space(self) -> Json:
        """`GET /file-space`: `{"items": [SpaceOfEntity …], "files": 3, "bytes": "…", "stopped": […]}`."""

    async def titles(self, entity: str, ids: Sequence[str]) -> Json:
        """The names of records by id, as far as the person may see them, and the states of those gone."""

    async def aggregate(self, plural: str, params: Mapping[str, str]) -> Json:
        """`Figures` for filter, group_by and measures (comma-separated)."""

    async def report(self, question: Question) -> Json:
        """What `GET /reports/{id}/figures` answers, for a question that may not be kept yet."""

    async def schedule_page(self, params: Mapping[str, str]) -> Json:
        """`GET /report-schedules`: `{"items": [ReportSchedule …], "page": {…}}`."""

    async def schedule_report(self, body: Json, key: str) -> Json:
        """`POST /report-schedules`: has a report sent by e-mail."""

    async def end_schedule(self, id: str) -> None:
        """`DELETE /report-schedules/{id}`."""

    async def mark_schedule(self, id: str, mark: str) -> None:
        """`POST /report-schedules/{id}:leave` or `:return`."""

    async def export(self, plural: str, params: Mapping[str, str]) -> Response:
        """`GET /{plural}:export`: the file on its way, ready to be sent."""

    async def tag_cloud(self, plural: str, narrowed: str = "") -> Json:
        """`GET /{plural}:tags`, or `GET /tag-cloud` over all entities: `{"items": [TagCount …]}`."""

    async def start_bulk(self, plural: str, body: Json) -> Json:
        """`POST /{plural}:bulk`: the same done to many records; answers a `Bulk`."""

    async def bulk(self, bulk_id: str) -> Json:
        """`GET /bulks/{id}`: how far it is."""

    async def bulk_rows(self, bulk_id: str, params: Mapping[str, str]) -> Json:
        """`GET /bulks/{id}/rows`: what became of each record."""

    async def run_bulk(self, bulk_id: str, key: str) -> Json:
        """`POST /bulks/{id}:run`: does what was tried."""

    async def holdings(self, person_id: str, params: Mapping[str, str]) -> Json:
        """`GET /people/{id}/holdings`: `{"items": [Holding …], "stopped": […]}`."""

    async def hand_over_parts(self, id: str) -> Json:
        """`GET /hand-overs/{id}/parts`: `{"items": [HandOverPart …], "stopped": […]}`."""

    async def hand_over_rows(self, id: str, entity: str, params: Mapping[str, str]) -> Json:
        """`GET /hand-overs/{id}/parts/{entity}/rows`: `{"items": [BulkRow …], "page": {…}}`."""

    async def undo_bulk(self, bulk_id: str, key: str) -> Json:
        """`POST /bulks/{id}:undo`: takes it back."""

    async def search(self, words: str, most: int, entity: str = "", place: str = "") -> Json:
        """`GET /search`: `{"items": [SearchHit …], "capped": …, "stopped": […]}`."""

    async def inbox_page(self, params: Mapping[str, str]) -> Json:
        """`GET /notifications`: `{"items": [Notification …], "page": {…}, "unread": …}`."""

    async def mark_notification(self, id: str, mark: str) -> None:
        """`POST /notifications/{id}:read` and its like."""

    async def read_inbox(self) -> None:
        """`POST /notifications:read-all`."""

    async def inbox_choices(self) -> Json:
        """`GET /notifications/choices`: by kind when the person is written to."""

    async def choose_inbox(self, choices: Json) -> None:
        """`PATCH /notifications/choices`."""

    async def followers(self, plural: str, record_id: str) -> Json:
        """`GET /{plural}/{id}/followers`: `{"items": [Follower …], "following": …}`."""

    async def follow(self, plural: str, record_id: str, *, wanted: bool) -> None:
        """`POST /{plural}/{id}:follow` or `:unfollow`."""

    async def start_import(self, plan: Json, data: bytes) -> Json:
        """`POST /imports` with an `ImportPlan` and the file's bytes; answers an `Import`."""

    async def imported(self, import_id: str) -> Json:
        """`GET /imports/{id}`."""

    async def import_lines(self, import_id: str, params: Mapping[str, str]) -> Json:
        """`GET /imports/{id}/lines`: a page of `ImportLine`."""

    async def undo_import(self, import_id: str, key: str) -> Json:
        """`POST /imports/{id}:undo`: the bulk that takes it back."""

    async def retry_import(self, plan: Json) -> Json:
        """Takes in the rejected lines of `plan["import_id"]` again with other maps."""


class Uploads(Protocol):
    """Keeps a file for half an hour, between choosing it and saying what its columns mean."""

    async def keep(self, data: bytes) -> str:
        """Keeps the bytes and answers the key to them."""

    async def fetch(self, key: str) -> bytes | None:
        """The bytes, or nothing when they are gone."""
