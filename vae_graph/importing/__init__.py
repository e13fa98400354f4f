"""A door in: what another program has trained, as a run.

`names` sorts out what a checkpoint holds, a layout says which of its weights
are which of the model's, `plan` settles where every variable gets its value
from, and `import_checkpoint` makes the run. Only that one and `source` use
TensorFlow.

A layout is a module with a function

    match(found, wanted)

of the checkpoint's weights, `{name: names.Found}`, and the model's, `{name:
shape}` in the order in which a call uses them. It returns `{the model's name:
the checkpoint's}` of those it knows, whether or not their shapes fit, and
raises a CheckpointError where it would have to guess. A new one is one file
and one line in `registry.LAYOUTS`; `numbered` is for those that count layers.
"""
