"""`new`: writes what is alike in every entity, verb and service, so that people write what differs."""
