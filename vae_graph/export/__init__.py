"""A door out: a trained model as files that other systems serve.

`serving_graph` builds what is served, `export_model` writes it, and each format
has a module of its own, whose function

    write(folder, trained_graph, *, export_config)

writes its files into an empty folder, and returns which file holds each
signature. Nothing that is served draws random numbers: noise is an input.
"""
