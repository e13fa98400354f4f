"""Data sets: sources, checks, download, and the order of batches."""
