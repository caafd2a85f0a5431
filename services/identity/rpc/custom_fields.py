"""Custom fields over gRPC: defined once, since records keep the values of a field that is gone."""

from typing import Any

from crm.identity.v1 import custom_fields_pb2 as pb
from crm.identity.v1.custom_fields_pb2_grpc import CustomFieldsServicer

from kit.custom_fields import definition
from kit.errors import Conflict
from kit.records import Records, Work
from services.identity.model.custom_fields import CustomField

_TAKEN = (
    "A field that was deleted had this key, and records may hold its values still; choose another"
    " key, or restore that field while it is in the bin."
)
_BESIDE = (
    "Beside an amount stands its currency, whose key another field would have; choose another key."
)


class CustomFields(Records[CustomField, pb.CustomField], CustomFieldsServicer):
    """The fields that administrators add to records."""

    record, message, listing = CustomField, pb.CustomField, pb.CustomFieldList

    async def admit(self, work: Work, record: Any) -> None:
        organisation = work.process.policy.organisation
        keys, entity = set(record.defined().keys), record.entity_name or ""
        if keys & organisation.gone_of(entity):
            raise Conflict("", {"key": _TAKEN})
        if any(keys & _others(each, record.key) for each in organisation.custom.get(entity, ())):
            raise Conflict("", {"key": _BESIDE})
        await super().admit(work, record)


def _others(known: definition.CustomField, key: str) -> set[str]:
    """The keys of another field; of one with this very key the index tells."""
    return set(known.keys) if known.key != key else set()
