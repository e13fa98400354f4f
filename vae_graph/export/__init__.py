"""A door out: a trained model as files that other systems serve.

`serving_graph` builds what is served, `export_model` writes it, and each format
has a module of its own, whose function

    write(folder, trained_graph, *, export_config)

writes its files into an empty folder, and returns a dict from the names of
signatures to the file that holds each. It is given a `TrainedGraph`, whose
session has the weights, and an `ExportConfig` of its format. Nothing that is
served draws random numbers: noise is an input.
"""
