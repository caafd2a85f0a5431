"""Custom fields over gRPC: defined once, since records keep the values of a field that is gone."""

from typing import Any

from crm.identity.v1 import custom_fields_pb2 as pb
from crm.identity.v1.custom_fields_pb2_grpc import CustomFieldsServicer

from kit.errors import Conflict
from kit.records import Records, Work
from services.identity.model.custom_fields import CustomField

_TAKEN = (
    "A field that was deleted had this key, and records may hold its values still; choose another"
    " key, or restore that field while it is in the bin."
)


class CustomFields(Records[CustomField, pb.CustomField], CustomFieldsServicer):
    """The fields that administrators add to records."""

    record, message, listing = CustomField, pb.CustomField, pb.CustomFieldList

    async def admit(self, work: Work, record: Any) -> None:
        if record.key in work.process.policy.organisation.gone_of(record.entity_name or ""):
            raise Conflict("", {"key": _TAKEN})
        await super().admit(work, record)
