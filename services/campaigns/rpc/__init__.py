"""What campaigns answers over gRPC beyond the standard methods."""
