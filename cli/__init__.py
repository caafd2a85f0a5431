"""The command line behind ./rapport: the local system, its tests and its checks."""
