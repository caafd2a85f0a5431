"""What sales answers over gRPC."""
