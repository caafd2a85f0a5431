"""Groups over gRPC; what a change means for the policy is in services/identity/policy.py."""

from crm.identity.v1 import groups_pb2 as pb
from crm.identity.v1.groups_pb2_grpc import GroupsServicer

from kit.records import Records
from services.identity.model.groups import Group


class Groups(Records[Group, pb.Group], GroupsServicer):
    """People, roles and groups that are given access together."""

    record, message, listing = Group, pb.Group, pb.GroupList
