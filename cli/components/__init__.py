"""The stores a system on one machine brings along: real PostgreSQL, NATS and Valkey on loopback."""
