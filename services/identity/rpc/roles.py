"""Roles over gRPC; what a change means for the policy is in services/identity/policy.py."""

from crm.identity.v1 import roles_pb2 as pb
from crm.identity.v1.roles_pb2_grpc import RolesServicer

from kit.records import Records
from services.identity.model.roles import Role


class Roles(Records[Role, pb.Role], RolesServicer):
    """The tree of responsibilities."""

    record, message, listing = Role, pb.Role, pb.RoleList
