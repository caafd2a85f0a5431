"""Contacts over gRPC."""

from crm.parties.v1 import contacts_pb2 as pb
from crm.parties.v1.contacts_pb2_grpc import ContactsServicer

from kit.records import Records
from services.parties.model.contacts import Contact


class Contacts(Records[Contact, pb.Contact], ContactsServicer):
    """People at accounts, and people who stand for themselves."""

    record, message, listing = Contact, pb.Contact, pb.ContactList
