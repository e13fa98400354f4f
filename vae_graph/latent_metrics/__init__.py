"""Arrays of codes in, numbers out: how much a code tells, and how it lies.

Functions of NumPy arrays, all codes at once. They need no model and touch no
graph of the caller's, so they serve codes of any origin. Sums are made in
float64. Codes that hold a NaN or infinity have no figures, and are refused by a
`NonFiniteError`.
"""
