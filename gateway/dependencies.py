"""What a route asks for by its parameters: who is calling, with which rights, and the parts that answer."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import HTTPConnection

from gateway.access import Rights
from gateway.api.beside.files import Files
from gateway.api.bulk.bulks import Bulks
from gateway.api.bulk.hand_overs import HandOvers
from gateway.api.descriptions import Descriptions
from gateway.api.importing.imports import Imports
from gateway.api.inbox.inbox import Inbox
from gateway.api.operations import Operations
from gateway.api.records import Records
from gateway.api.reporting.reports import Reports
from gateway.api.reporting.schedules import Schedules
from gateway.api.searching.search import Search
from gateway.authentication.callers import Caller, caller_of
from gateway.authentication.sessions import Sessions
from gateway.config import Settings
from gateway.parts import Parts
from gateway.realtime.chat import Chat
from gateway.realtime.news import News
from gateway.web.frame.visits import Site
from kit.errors import Anonymous
from kit.rpc.client import Peers


def _part(named: Callable[[Parts], Any]) -> Any:
    """A part of the running gateway as a dependency."""

    # A plain function would be run in a thread of its own.
    async def found(connection: HTTPConnection) -> Any:
        return named(connection.app.state.parts)

    return Depends(found)


TheSettings = Annotated[Settings, _part(lambda parts: parts.settings)]
TheSessions = Annotated[Sessions, _part(lambda parts: parts.sessions)]
TheSite = Annotated[Site, _part(lambda parts: parts.site)]
ThePeers = Annotated[Peers, _part(lambda parts: parts.follower.peers)]
TheChat = Annotated[Chat, _part(lambda parts: parts.chat)]
TheNews = Annotated[News, _part(lambda parts: parts.news)]
TheRights = Annotated[Rights, _part(lambda parts: parts.rights)]
TheOperations = Annotated[Operations, _part(lambda parts: parts.api.operations)]
TheDescriptions = Annotated[Descriptions, _part(lambda parts: parts.api.descriptions)]
TheRecords = Annotated[Records, _part(lambda parts: parts.api.records)]
TheFiles = Annotated[Files, _part(lambda parts: parts.api.files)]
TheReports = Annotated[Reports, _part(lambda parts: parts.api.reports)]
TheSchedules = Annotated[Schedules, _part(lambda parts: parts.api.schedules)]
TheSearch = Annotated[Search, _part(lambda parts: parts.api.everywhere)]
TheInbox = Annotated[Inbox, _part(lambda parts: parts.api.inbox)]
TheImports = Annotated[Imports, _part(lambda parts: parts.api.imports)]
TheBulks = Annotated[Bulks, _part(lambda parts: parts.api.bulks)]
TheHandOvers = Annotated[HandOvers, _part(lambda parts: parts.api.hand_overs)]


async def _anybody(connection: HTTPConnection) -> Caller | None:
    return caller_of(connection.scope)


async def _somebody(caller: "AnyCaller") -> Caller:
    if caller is None:
        raise Anonymous
    return caller


AnyCaller = Annotated[Caller | None, Depends(_anybody)]
SignedIn = Annotated[Caller, Depends(_somebody)]


def _with_scope(*, only_reads: bool) -> Callable[..., Awaitable[None]]:
    async def required(_: SignedIn, rights: TheRights) -> None:
        rights.require_scope(only_reads=only_reads)

    return required


MAY_READ = Depends(_with_scope(only_reads=True))
MAY_CHANGE = Depends(_with_scope(only_reads=False))
"""What the caller's session or token must be good for; profiles are asked where the entity is known."""
