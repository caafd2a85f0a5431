"""What parties answers over gRPC."""
