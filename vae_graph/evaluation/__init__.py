"""Figures that say how good a trained model is.

Those of its codes (`codes`, `discrepancy`, `neighbours`, `linear_probe`) are
functions of NumPy arrays, all codes at once. They need no model and touch no
graph of the caller's, so they serve codes of any origin. Sums are made in
float64. Codes that hold a NaN or infinity have no figures, and are refused by a
`NonFiniteError`.
"""
