"""What a process tells about itself: logs, metrics, traces and the door through which they are read."""
