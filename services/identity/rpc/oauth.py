"""OAuth for the gateway, which is its HTTP skin: each call is one transaction, errors included."""

from collections.abc import Callable
from typing import Any

from crm.identity.v1 import oauth_pb2 as pb
from crm.identity.v1.oauth_pb2_grpc import OAuthServicer
from sqlalchemy.orm import Session

from kit.database.faults import FAULTS, as_problem
from kit.records.process import Process
from services.identity.config import Settings
from services.identity.oauth.authorization import authorize
from services.identity.oauth.oidc_discovery import metadata
from services.identity.oauth.oidc_userinfo import user_info
from services.identity.oauth.replies import published
from services.identity.oauth.server import Server
from services.identity.oauth.tokens.rfc7517_keys import public_jwks
from services.identity.rpc.callers import only_the_gateway

Answer = Callable[[Server], pb.OAuthReply]


class OAuth(OAuthServicer):
    """The protocol endpoints."""

    def __init__(self, process: Process) -> None:
        assert isinstance(process.settings, Settings)  # noqa: S101 - main.py gives them
        self.process = process
        self.issuer = process.settings.issuer

    async def _answer(self, answer: Answer) -> pb.OAuthReply:
        """Authlib waits for its statements, so it runs on a session of SQLAlchemy's, beside the loop.

        A protocol error is an answer: the transaction is committed, and with it what the error
        has brought about, such as the end of a grant whose token came twice.
        """
        only_the_gateway()

        def inside(session: Session) -> pb.OAuthReply:
            return answer(Server(session, self.issuer))

        try:
            async with self.process.database.sessions.begin() as session:
                reply = await session.run_sync(inside)
        except FAULTS as fault:
            raise as_problem(fault) from fault
        self.process.poke()
        return reply

    async def Authorize(self, request: pb.OAuthRequest, context: Any) -> pb.OAuthReply:
        return await self._answer(lambda server: authorize(server, request))

    async def Token(self, request: pb.OAuthRequest, context: Any) -> pb.OAuthReply:
        return await self._answer(lambda server: server.token(request))

    async def Revoke(self, request: pb.OAuthRequest, context: Any) -> pb.OAuthReply:
        return await self._answer(lambda server: server.endpoint("revocation", request))

    async def Introspect(self, request: pb.OAuthRequest, context: Any) -> pb.OAuthReply:
        return await self._answer(lambda server: server.endpoint("introspection", request))

    async def UserInfo(self, request: pb.OAuthRequest, context: Any) -> pb.OAuthReply:
        return await self._answer(lambda server: user_info(server.session, request, self.issuer))

    async def Metadata(self, request: pb.OAuthRequest, context: Any) -> pb.OAuthReply:
        return await self._answer(lambda server: published(metadata(server)))

    async def Keys(self, request: pb.OAuthRequest, context: Any) -> pb.OAuthReply:
        return await self._answer(lambda server: published(public_jwks(server.session)))
