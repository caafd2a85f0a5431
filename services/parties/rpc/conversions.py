"""Conversions over gRPC: read by everybody within reach, made by Leads.Convert alone."""

from collections.abc import Sequence

from crm.parties.v1 import conversions_pb2 as pb
from crm.parties.v1.conversions_pb2_grpc import ConversionsServicer

from kit.actor import calling
from kit.records import Records
from services.parties.model.conversions import Conversion
from services.parties.model.leads import Lead


class Conversions(Records[Conversion, pb.Conversion], ConversionsServicer):
    """What became of leads; the contract offers Get and List only."""

    record, message, listing = Conversion, pb.Conversion, pb.ConversionList

    def names(self, wanted: Sequence[str] = ()) -> tuple[str, ...]:
        """Who may not see a field of leads does not see it in what became of one either."""
        limits = self.process.policy.field_access(calling(), Lead.entity)
        hidden = {name for name, access in limits.items() if access == "hidden"}
        # The copy of the lead is one field; it goes as a whole when a part of it has to.
        kept = hidden | {"lead"} if hidden else hidden
        return tuple(name for name in super().names(wanted) if name not in kept)
