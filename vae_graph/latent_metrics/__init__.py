"""Figures of codes: how much they tell, and how they lie.

Functions from NumPy arrays, all codes `[n, d]` at once, to numbers. They need
no model and touch no graph of the caller's, so they serve codes of any origin.
Sums are made in float64. Codes that hold a NaN or infinity have no figures, and
are refused by a `NonFiniteError`.
"""
