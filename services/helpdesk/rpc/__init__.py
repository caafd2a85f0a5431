"""What helpdesk answers over gRPC beyond the standard methods."""
