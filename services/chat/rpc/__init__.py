"""What chat answers over gRPC beyond the standard methods."""
