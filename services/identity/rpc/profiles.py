"""Profiles over gRPC; what a change means for the policy is in services/identity/policy.py."""

from crm.identity.v1 import profiles_pb2 as pb
from crm.identity.v1.profiles_pb2_grpc import ProfilesServicer

from kit.records import Records
from services.identity.model.profiles import Profile


class Profiles(Records[Profile, pb.Profile], ProfilesServicer):
    """Named sets of rights."""

    record, message, listing = Profile, pb.Profile, pb.ProfileList
