"""What reaches a browser without being asked for."""
