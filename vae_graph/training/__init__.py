"""The train graph, its loop and its hooks."""
