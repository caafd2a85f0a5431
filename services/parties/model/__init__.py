"""Accounts, contacts, leads, conversions and value lists: tables and rules, no input or output."""
