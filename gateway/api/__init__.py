"""The REST API: every entity and verb of the contract, in the shape that docs/adr describes."""
