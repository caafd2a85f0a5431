"""The address in a daily letter that ends such letters, without signing in (RFC 8058)."""

from crm.scheduling.v1 import notifications_pb2 as pb
from crm.scheduling.v1.notifications_pb2_grpc import NotificationsStub
from starlette.requests import Request
from starlette.responses import Response

from gateway.backends import as_door
from gateway.dependencies import ThePeers, TheSite
from gateway.web.pages import pages
from kit.errors import NotFound

router = pages("/unsubscribe")


@router.get("/{secret}")
async def ask(request: Request, site: TheSite, secret: str) -> Response:
    """A person is asked once more, since programs that only look at letters open what stands in them."""
    return site.stranger(request, "inbox/unsubscribe.html", 200, secret=secret, done=False)


@router.post("/{secret}")
async def end(request: Request, site: TheSite, peers: ThePeers, secret: str) -> Response:
    """What mail readers send by themselves, and what the form sends."""
    asked = pb.UnsubscribeRequest(secret=secret)
    try:
        await as_door(lambda: peers.stub(NotificationsStub).Unsubscribe(asked))
    except NotFound:
        return site.stranger(request, "inbox/unsubscribe.html", 404, secret="", done=False)
    return site.stranger(request, "inbox/unsubscribe.html", 200, secret=secret, done=True)
