"""What a process tells about itself: logs, metrics, traces, and the door to read them by."""
