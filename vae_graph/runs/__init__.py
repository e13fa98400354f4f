"""What a run leaves on disk. Nothing else knows the name of a file of a run.

    config.json, flags.txt            the settings: all to rebuild the model
    trainer.lock                      who trains it, while it is trained
    checkpoint, model.ckpt-STEP.*     the latest checkpoints
    .saving/                          a checkpoint in the making
    damaged/                          checkpoints that were found damaged
    best/                             the best one, and its record metrics.json
    metrics.jsonl                     a record for each evaluation in training
    rollbacks.json                    where training went back to, and how
    events/train/, events/test/       for TensorBoard
    plots/                            the last plots; earlier ones in step-STEP/
    evaluation.json                   the last evaluation of the trained model
    evaluations.jsonl                 all of them, one a line
    imported_from.json                where an imported run began
    report.html                       the report about the run

`directory.RunDirectory` has these names, from `run_files`, and reads and writes
the small files, by `small_files`.
`checkpoint_saver` saves checkpoints, `checkpoints` finds and restores them;
with `checkpoint_reader` and `restore_targets` they use TensorFlow, and all else
does without it.
A file is replaced as a whole or grows by whole lines, so that a run can be read
while it is in training, and after a crash. What cannot be read or written is
one line, a `RunDirectoryError` or a `CheckpointError`.
"""
