"""What scheduling answers over gRPC beyond the standard methods."""
