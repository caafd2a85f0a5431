"""The seven services, each with its own database; none imports another."""
