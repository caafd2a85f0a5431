"""Stages over gRPC."""

from crm.sales.v1 import stages_pb2 as pb
from crm.sales.v1.stages_pb2_grpc import StagesServicer

from kit.records import Records
from services.sales.model.stages import Stage


class Stages(Records[Stage, pb.Stage], StagesServicer):
    """The steps of a sale."""

    record, message, listing = Stage, pb.Stage, pb.StageList
