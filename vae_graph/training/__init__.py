"""The train graph, its loop and its hooks.

`train.train` is all of it. The graph (`train_graph`) makes steps; what else is
to happen on the way is a session hook: `hooks` drive training and save it,
`recording` evaluates and writes figures, `plotting` draws, `progress` tells.

A hook sees the session, the `RunOutputs` of each run, the step and the run
directory, nothing of the loop. One that has to act at a step says so by
`next_step(step)`, the first step after `step` at which a run has to end for it,
or None: a run of many steps then ends there. Hooks act in the order of
`make_hooks`: a step that is not finite ends training before it is saved,
and what is recorded of a step has a checkpoint.
"""
