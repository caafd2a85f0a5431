"""The addresses in letters that end such letters, without signing in (RFC 8058)."""

from collections.abc import Awaitable, Callable
from typing import Any

from crm.identity.v1.report_schedules_pb2 import UnsubscribeReportRequest
from crm.identity.v1.report_schedules_pb2_grpc import ReportSchedulesStub
from crm.scheduling.v1 import notifications_pb2 as pb
from crm.scheduling.v1.notifications_pb2_grpc import NotificationsStub
from starlette.requests import Request
from starlette.responses import Response

from gateway.backends import as_door
from gateway.dependencies import ThePeers, TheSite
from gateway.web.frame.visits import Site
from gateway.web.pages import pages
from kit.errors import NotFound

router = pages("/unsubscribe")


_DAILY, _REPORTS = "inbox/unsubscribe.html", "reports/unsubscribe.html"


@router.get("/{secret}")
async def ask(request: Request, site: TheSite, secret: str) -> Response:
    """A person is asked once more, since programs that only look at letters open what stands in them."""
    return site.stranger(request, _DAILY, 200, secret=secret, done=False)


@router.post("/{secret}")
async def end(request: Request, site: TheSite, peers: ThePeers, secret: str) -> Response:
    """What mail readers send by themselves, and what the form sends."""
    asked = pb.UnsubscribeRequest(secret=secret)
    end_them = peers.stub(NotificationsStub).Unsubscribe
    return await _ended(request, site, _DAILY, secret, lambda: end_them(asked))


@router.get("/reports/{secret}")
async def ask_of_report(request: Request, site: TheSite, secret: str) -> Response:
    return site.stranger(request, _REPORTS, 200, secret=secret, done=False)


@router.post("/reports/{secret}")
async def end_report(request: Request, site: TheSite, peers: ThePeers, secret: str) -> Response:
    """The same for a report that is sent on a schedule."""
    asked = UnsubscribeReportRequest(secret=secret)
    end_it = peers.stub(ReportSchedulesStub).Unsubscribe
    return await _ended(request, site, _REPORTS, secret, lambda: end_it(asked))


async def _ended(
    request: Request, site: Site, page: str, secret: str, end_them: Callable[[], Awaitable[Any]]
) -> Response:
    try:
        await as_door(end_them)
    except NotFound:
        return site.stranger(request, page, 404, secret="", done=False)
    return site.stranger(request, page, 200, secret=secret, done=True)
