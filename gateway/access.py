"""The gateway's own picture of the policy, and what it refuses before any service is asked."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from crm.identity.v1 import policy_pb2
from crm.identity.v1.policy_pb2_grpc import PoliciesStub
from nats.aio.msg import Msg

from gateway.backends import as_door
from gateway.contract.resources import Resource
from kit.access.entries import KINDS, Person
from kit.access.policy import Policy
from kit.actor import Actor, calling
from kit.errors import Denied, Problem
from kit.events.connection import Connection
from kit.rpc.client import Peers
from kit.telemetry import metrics
from kit.telemetry.logs import log

READ_SCOPE, WRITE_SCOPE = "api.read", "api"
API_SCOPES = frozenset({READ_SCOPE, WRITE_SCOPE})
POLICY_OWNER = "identity"
_READS = frozenset({"view", "export"})
_SUBJECT = f"crm.{POLICY_OWNER}.policy.>"
_REFRESH_SECONDS = 5.0


@dataclass
class PolicyFollower:
    """Keeps the policy in step with identity: asked when it publishes a change, and every few seconds."""

    peers: Peers
    nats: Connection
    policy: Policy = field(default_factory=Policy)
    observers: list[Callable[[], None]] = field(default_factory=list)
    """Told when the policy has changed."""

    def __post_init__(self) -> None:
        self.known = asyncio.Event()
        self._behind = asyncio.Event()

    async def run(self) -> None:
        """Follows until cancelled; while identity is away, what is known stays in force."""
        await self.nats.listen(_SUBJECT, self._policy_changed)
        while True:
            await self.catch_up()
            await self._pause()

    async def catch_up(self) -> None:
        """Takes in what has changed, if identity answers; else the next try will."""
        try:
            await self.refresh()
        except Problem as problem:
            log.warning("policy.not_refreshed", error=problem.message)

    async def refresh(self) -> None:
        """Takes in what changed since the epoch known here."""
        self._behind.clear()
        snapshot = await as_door(self._snapshot)
        if snapshot.epoch > self.policy.epoch or not self.known.is_set():
            known = [_part(each) for each in snapshot.objects if each.kind in KINDS]
            self.policy.learn(known, snapshot.epoch)
            for observer in self.observers:
                observer()
        self.known.set()

    async def _snapshot(self) -> policy_pb2.PolicySnapshot:
        request = policy_pb2.SnapshotRequest(since=self.policy.epoch)
        snapshot: policy_pb2.PolicySnapshot = await self.peers.stub(PoliciesStub).Snapshot(request)
        return snapshot

    async def _policy_changed(self, message: Msg) -> None:
        """A word in passing is a reason to ask; what counts is what identity itself answers."""
        if policy_pb2.PolicyChanged.FromString(message.data).epoch > self.policy.epoch:
            self._behind.set()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(_REFRESH_SECONDS if self.known.is_set() else 0.2):
                await self._behind.wait()
        except TimeoutError:
            return


def _part(change: policy_pb2.PolicyChanged) -> tuple[str, str, Any | None]:
    if change.removed:
        return change.kind, change.id, None
    body = msgspec.json.decode(change.body)
    return change.kind, change.id, msgspec.convert(body, KINDS[change.kind], strict=False)


@dataclass(frozen=True)
class Rights:
    """What the caller may do as far as profiles and scopes say; rows and fields are the service's."""

    policy: Policy

    def require(self, resource: Resource, action: str) -> None:
        """Refuses an action that the caller's scopes or profiles do not hold."""
        self.require_scope(only_reads=action in _READS)
        if action not in self.policy.permit(calling(), resource.entity).rights:
            metrics.DENIED.labels(resource.entity, action).inc()
            raise Denied(f"Your profile does not let you {action} {_words(resource)}.")

    def require_scope(self, *, only_reads: bool) -> None:
        """A session may do everything; a token what its scopes say."""
        scopes = calling().scopes
        if WRITE_SCOPE in scopes or (only_reads and READ_SCOPE in scopes):
            return
        wanted = READ_SCOPE if only_reads else WRITE_SCOPE
        raise Denied(f"This access token lacks the scope {wanted!r}; ask for it when signing in.")

    def person(self, actor: Actor) -> Person | None:
        """Who is calling, if the policy knows that person as active."""
        found = self.policy.organisation.people.get(actor.person_id) if actor.person_id else None
        return found if found and found.status == "active" else None


def _words(resource: Resource) -> str:
    return resource.slug.replace("-", " ")
