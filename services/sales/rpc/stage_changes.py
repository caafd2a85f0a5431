"""The stage log over gRPC: read by everybody within reach, written by the deals' verbs alone."""

from crm.sales.v1 import stage_changes_pb2 as pb
from crm.sales.v1.stage_changes_pb2_grpc import StageChangesServicer

from kit.records import Records
from services.sales.model.stage_changes import StageChange


class StageChanges(Records[StageChange, pb.StageChange], StageChangesServicer):
    """Which deal went through which step; the contract offers Get and List only."""

    record, message, listing = StageChange, pb.StageChange, pb.StageChangeList
