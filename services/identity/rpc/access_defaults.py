"""Access defaults over gRPC; what a change means for the policy is in services/identity/policy.py."""

from crm.identity.v1 import access_defaults_pb2 as pb
from crm.identity.v1.access_defaults_pb2_grpc import AccessDefaultsServicer

from kit.records import Records
from services.identity.model.access_defaults import AccessDefault


class AccessDefaults(Records[AccessDefault, pb.AccessDefault], AccessDefaultsServicer):
    """What everybody may do with records that are not theirs."""

    record, message, listing = AccessDefault, pb.AccessDefault, pb.AccessDefaultList
