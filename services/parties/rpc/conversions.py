"""Conversions over gRPC: read by everybody within reach, made by Leads.Convert alone."""

from crm.parties.v1 import conversions_pb2 as pb
from crm.parties.v1.conversions_pb2_grpc import ConversionsServicer

from kit.records import Records
from services.parties.model.conversions import Conversion


class Conversions(Records[Conversion, pb.Conversion], ConversionsServicer):
    """What became of leads; the contract offers Get and List only."""

    record, message, listing = Conversion, pb.Conversion, pb.ConversionList
