"""What the gateway is made of: each part made once, and each a dependency of the routes that need it."""

from dataclasses import dataclass

from starlette.requests import Request

from gateway.access import PolicyFollower, Rights
from gateway.api.beside.duplicates import Duplicates
from gateway.api.beside.files import Files
from gateway.api.beside.followers import Followers
from gateway.api.beside.notes import Notes
from gateway.api.bulk.bulks import Bulks
from gateway.api.bulk.hand_overs import HandOvers
from gateway.api.descriptions import Descriptions
from gateway.api.exports import Exports
from gateway.api.importing.imports import Imports
from gateway.api.in_process import InProcessApi
from gateway.api.inbox.inbox import Inbox
from gateway.api.merging.merges import Merges
from gateway.api.operations import Operations
from gateway.api.records import Records
from gateway.api.reporting.reports import Reports
from gateway.api.reporting.schedules import Schedules
from gateway.api.searching.search import Search
from gateway.authentication.access_tokens import AccessTokens
from gateway.authentication.admission import Admission
from gateway.authentication.callers import caller_of
from gateway.authentication.limits import Limits
from gateway.authentication.sessions import Sessions
from gateway.backends import Backends
from gateway.config import Settings
from gateway.mailing.posting import ReportPost
from gateway.realtime.chat import Chat
from gateway.realtime.news import News
from gateway.web.frame.visits import Site
from gateway.web.imports.uploads import ValkeyUploads
from gateway.web.site import site_of


@dataclass(frozen=True)
class Parts:
    """The parts, over one connection to the services, one to NATS and one to Valkey."""

    settings: Settings
    backends: Backends
    follower: PolicyFollower
    limits: Limits
    sessions: Sessions
    tokens: AccessTokens
    admission: Admission
    chat: Chat
    news: News
    rights: Rights
    api: InProcessApi
    site: Site
    post: ReportPost

    @classmethod
    def of(cls, settings: Settings, follower: PolicyFollower, limits: Limits) -> "Parts":
        sessions = Sessions(follower, limits)
        tokens = AccessTokens(follower, settings.public_url.rstrip("/"))
        admission = Admission(settings, sessions, tokens, limits)
        backends, rights = Backends(follower.peers), Rights(follower.policy)
        api = _api(backends, rights, follower)
        site = site_of(lambda _: api, _csrf_of, ValkeyUploads(limits.valkey), settings.file_bytes)
        return cls(
            settings,
            backends,
            follower,
            limits,
            sessions,
            tokens,
            admission,
            Chat(settings, admission, follower),
            News(settings, admission, follower),
            rights,
            api,
            site,
            ReportPost(api, site.catalogs),
        )


def _api(backends: Backends, rights: Rights, follower: PolicyFollower) -> InProcessApi:
    operations, records = Operations(backends, rights, follower), Records(backends, rights)
    return InProcessApi(
        backends,
        rights,
        operations,
        records,
        Reports(backends, operations, records),
        Schedules(backends, rights),
        Notes(backends, rights),
        Files(backends, rights),
        Followers(backends, rights),
        Inbox(backends, rights),
        Descriptions(backends, rights),
        Imports(backends, rights, follower),
        Exports(backends, rights),
        Bulks(backends, rights, follower),
        HandOvers(backends, rights, operations),
        Duplicates(backends, rights),
        Search(backends, rights),
        Merges(backends, rights),
    )


def _csrf_of(request: Request) -> str:
    caller = caller_of(request.scope)
    return caller.csrf if caller else ""
