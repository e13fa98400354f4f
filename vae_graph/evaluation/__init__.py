"""A whole run measured: its figures, and its report."""
