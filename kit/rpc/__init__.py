"""gRPC between processes: who calls, how long it may take, and errors that keep their class."""
