"""Data sets, and the order in which training sees their images.

A data set is a function from a `DataConfig` to a `Dataset` of two splits:
images uint8 in [0, 255] or float32 in [0, 1], `[n, height, width]` or with
channels, labels int32 `[n]` or None, and the names of classes. `load_dataset`
finds it by its name, checks what it returns and binarizes the images; so a
source only reads, and refuses what it cannot read by a DataError that names the
file. A batch source (batches.py) turns a training step into its images.
"""
