"""Accounts over gRPC."""

from crm.parties.v1 import accounts_pb2 as pb
from crm.parties.v1.accounts_pb2_grpc import AccountsServicer

from kit.records import Records
from services.parties.model.accounts import Account


class Accounts(Records[Account, pb.Account], AccountsServicer):
    """Customers, prospects, suppliers, partners and competitors."""

    record, message, listing = Account, pb.Account, pb.AccountList
