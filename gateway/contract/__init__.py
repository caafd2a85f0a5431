"""The contract as the gateway reads it: entities and methods, comments, and JSON Schemas of messages."""
