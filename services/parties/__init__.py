"""Accounts, contacts and leads: everybody outside the organisation with whom it deals."""
