"""The routers of all pages and of their files, in the order in which they are looked through."""

from typing import Annotated

from fastapi import APIRouter, Header
from starlette.responses import Response

from gateway.dependencies import TheSite
from gateway.web.bin import page as bins
from gateway.web.bulk import choosing as bulk
from gateway.web.bulk import results
from gateway.web.chat import page as chat
from gateway.web.dashboards import page as dashboards
from gateway.web.design import page as design
from gateway.web.duplicates import matches
from gateway.web.duplicates import page as duplicates
from gateway.web.exports import page as exports
from gateway.web.files import page as files_of_records
from gateway.web.files import space as file_space
from gateway.web.forms import page as forms
from gateway.web.frame import theme
from gateway.web.hand_overs import page as hand_overs
from gateway.web.hand_overs import progress as hand_overs_going_on
from gateway.web.home import page as home
from gateway.web.imports import keeping as mappings
from gateway.web.imports import page as imports
from gateway.web.inbox import following, unsubscribing
from gateway.web.inbox import page as inbox
from gateway.web.lists import board, choosing
from gateway.web.lists import page as lists
from gateway.web.merging import page as merging
from gateway.web.merging import taking_back, undoing
from gateway.web.pages import pages
from gateway.web.private import page as private
from gateway.web.rates import page as rates
from gateway.web.record import notes, sharing, stream, verb_pages
from gateway.web.record import page as record
from gateway.web.reports import page as reports
from gateway.web.reports import schedules
from gateway.web.search import page as search
from gateway.web.tags import page as tags
from gateway.web.tags import record as tags_of_record
from gateway.web.views import saving

files = pages("/static/{version}")


@files.get("/{name:path}")
async def serve(
    site: TheSite, name: str, accept_encoding: Annotated[str, Header()] = ""
) -> Response:
    """Whatever the version, which is there to make addresses new."""
    return site.assets.response(name, accept_encoding)


# Fixed addresses stand before those with an entity's name in them, and words before ids.
ROUTERS: tuple[APIRouter, ...] = (
    files,
    home.router,
    design.router,
    search.router,
    theme.router,
    chat.router,
    mappings.router,
    imports.router,
    results.router,
    hand_overs.router,
    hand_overs_going_on.router,
    inbox.router,
    unsubscribing.router,
    tags.router,
    file_space.router,
    reports.router,
    schedules.router,
    rates.router,
    dashboards.router,
    bins.router,
    bins.of_entity,
    private.router,
    private.of_entity,
    lists.router,
    exports.router,
    bulk.router,
    duplicates.router,
    merging.router,
    matches.router,
    choosing.router,
    saving.router,
    board.router,
    forms.router,
    reports.of_report,
    schedules.of_report,
    dashboards.of_dashboard,
    record.router,
    notes.router,
    files_of_records.router,
    following.router,
    stream.router,
    sharing.router,
    undoing.router,
    taking_back.router,
    tags_of_record.router,
    verb_pages.router,
)
