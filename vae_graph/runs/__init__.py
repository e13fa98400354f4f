"""What a run leaves on disk. Nothing else knows a file name in a logdir."""
