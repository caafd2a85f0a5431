"""Sharing rules over gRPC; what a change means for the policy is in services/identity/policy.py."""

from crm.identity.v1 import sharing_rules_pb2 as pb
from crm.identity.v1.sharing_rules_pb2_grpc import SharingRulesServicer

from kit.records import Records
from services.identity.model.sharing_rules import SharingRule


class SharingRules(Records[SharingRule, pb.SharingRule], SharingRulesServicer):
    """What some people own and others may see or edit."""

    record, message, listing = SharingRule, pb.SharingRule, pb.SharingRuleList
