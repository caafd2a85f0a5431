"""Publishing: events of the outbox reach JetStream in order, and stay there."""
