"""A client as OAuth describes it: what it sends, and what it makes of the answers."""

import base64
import secrets
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
from crm.identity.v1 import clients_pb2
from crm.identity.v1 import oauth_pb2 as pb
from crm.identity.v1.oauth_pb2_grpc import OAuthStub

from kit.actor import Actor
from tests.identity.office import Office, unique

ISSUER = "http://127.0.0.1:8000"
BACK = "https://partner.example.com/back"


class Program:
    """A registered client and one person's way through it."""

    def __init__(self, office: Office, client: Any, secret: str) -> None:
        self.office = office
        self.client = client
        self.secret = secret
        self.oauth = office.serving.stub(OAuthStub, Actor.door())
        self.verifier = secrets.token_urlsafe(48)

    @classmethod
    async def register(cls, office: Office, **more: Any) -> "Program":
        """A confidential client for everything, unless told otherwise."""
        given = {
            "grant_types": ["authorization_code", "refresh_token"],
            "redirect_uris": [BACK],
            "scopes": ["openid", "profile", "email", "offline_access", "api"],
            **more,
        }
        client = await office.clients.Create(clients_pb2.Client(name=unique("Partner"), **given))
        if not client.keeps_secret:
            return cls(office, client, "")
        wanted = clients_pb2.RotateClientSecret(id=client.id)
        made = await office.clients.RotateSecret(wanted)
        return cls(office, client, made.client_secret)

    @property
    def challenge(self) -> str:
        digest = sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    async def authorize(self, session: Any = None, consent: bool | None = True, **more: Any) -> Any:
        """The browser at the authorization endpoint; a parameter set to None is left out."""
        asked = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": BACK,
            "scope": "openid offline_access api",
            "state": "a state",
            "nonce": "a nonce",
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
            **more,
        }
        query = urlencode({name: value for name, value in asked.items() if value is not None})
        request = pb.OAuthRequest(method="GET", uri=f"{ISSUER}/oauth/authorize?{query}")
        if session is not None:
            request.person_id, request.session_id = session.person_id, session.id
            if consent is not None:
                request.consent = consent
        return await self.oauth.Authorize(request)

    async def code(self, session: Any, **more: Any) -> str:
        return came_back(await self.authorize(session, **more))["code"]

    async def token(self, **form: Any) -> tuple[int, Any]:
        """The token endpoint, asked as this client."""
        return parsed(await self.oauth.Token(self._post("/oauth/token", form)))

    async def redeem(self, code: str, **more: Any) -> tuple[int, Any]:
        return await self.token(
            grant_type="authorization_code",
            code=code,
            **{"redirect_uri": BACK, "code_verifier": self.verifier, **more},
        )

    async def refresh(self, token: str, **more: Any) -> tuple[int, Any]:
        return await self.token(grant_type="refresh_token", refresh_token=token, **more)

    async def tokens(self, session: Any, **more: Any) -> Any:
        """All that a whole flow brings."""
        status, tokens = await self.redeem(await self.code(session, **more))
        assert status == 200, tokens
        return tokens

    async def revoke(self, token: str) -> int:
        reply = await self.oauth.Revoke(self._post("/oauth/revoke", {"token": token}))
        return int(reply.status)

    async def introspect(self, token: str) -> Any:
        request = self._post("/oauth/introspect", {"token": token})
        return parsed(await self.oauth.Introspect(request))[1]

    async def user_info(self, token: str) -> tuple[int, Any]:
        header = pb.Parameter(name="authorization", value=f"Bearer {token}")
        uri = f"{ISSUER}/oauth/userinfo"
        request = pb.OAuthRequest(method="GET", uri=uri, headers=[header])
        return parsed(await self.oauth.UserInfo(request))

    async def keys(self) -> Any:
        return parsed(await self.oauth.Keys(pb.OAuthRequest(method="GET")))[1]

    async def metadata(self) -> Any:
        return parsed(await self.oauth.Metadata(pb.OAuthRequest(method="GET")))[1]

    def _post(self, path: str, form: dict[str, Any]) -> pb.OAuthRequest:
        if not self.secret:
            form = {"client_id": self.client.client_id, **form}
        return pb.OAuthRequest(
            method="POST",
            uri=ISSUER + path,
            headers=[*self._basic()],
            form=[pb.Parameter(name=name, value=value) for name, value in form.items()],
        )

    def _basic(self) -> list[pb.Parameter]:
        if not self.secret:
            return []
        said = base64.b64encode(f"{self.client.client_id}:{self.secret}".encode()).decode()
        return [pb.Parameter(name="authorization", value=f"Basic {said}")]


def parsed(reply: Any) -> tuple[int, Any]:
    """Status and body of a reply."""
    return reply.status, msgspec.json.decode(reply.body) if reply.body else None


def location(reply: Any) -> str:
    """Where a redirect leads."""
    return str(next(each.value for each in reply.headers if each.name == "Location"))


def came_back(reply: Any) -> dict[str, str]:
    """What the client learns from a redirect to it."""
    assert reply.status == 302, reply
    address = location(reply)
    assert address.startswith(BACK), address
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
