"""Clients over gRPC; a secret is shown once, and what a client was granted ends with it."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from crm.identity.v1 import clients_pb2 as pb
from crm.identity.v1.clients_pb2_grpc import ClientsServicer

from kit.records import Records, Said, verb
from kit.records.write.work import Work
from services.identity.escalation import refuse_stronger
from services.identity.model.clients import Client
from services.identity.oauth.storage.consents import forget_consents
from services.identity.oauth.storage.grants import end_grants_of_client, secret_hash


class Clients(Records[Client, pb.Client], ClientsServicer):
    """Programs that act for people."""

    record, message, listing = Client, pb.Client, pb.ClientList

    async def admit(self, work: Work, record: Client) -> None:
        _refuse_stronger(work, record)
        await super().admit(work, record)

    async def amend(self, work: Work, record: Client, values: Mapping[str, Any]) -> None:
        """Somebody who makes it no wider may go on to change the rest."""
        before = record.width
        await super().amend(work, record, values)
        if record.width.exceeds(before):
            _refuse_stronger(work, record)
            await forget_consents(work, record.id)
        if not record.active or record.person_id != before.person_id:
            await end_grants_of_client(work, record.id)

    async def discard(self, work: Work, record: Client) -> None:
        await end_grants_of_client(work, record.id)
        await super().discard(work, record)

    @verb(follows=("secret_changed_at",))
    async def RotateSecret(self, work: Work, client: Client, said: Said) -> pb.ClientSecret:
        _refuse_stronger(work, client)
        secret = secrets.token_urlsafe(32)
        client.rotate(secret_hash(secret), datetime.now(UTC))
        return pb.ClientSecret(client_id=client.client_id, client_secret=secret)


def _refuse_stronger(work: Work, client: Client) -> None:
    """Whoever knows the secret acts as the client's person."""
    if client.person_id is not None:
        refuse_stronger(work.process.policy, work.actor, client.person_id, "person_id")
