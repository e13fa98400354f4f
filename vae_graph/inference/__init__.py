"""A trained model at work: it encodes, decodes, generates and scores.

    with TrainedModel("runs/quickstart") as model:
      run_images = RunImages(model.config.data, image_shape=model.image_shape)
      codes = model.encode(run_images.split("test").images).mean

`TrainedModel` has a graph and a session of its own, takes NumPy arrays and
returns NumPy arrays. All noise follows from the seed of a call and the index of
an image, so that equal calls give equal arrays. The modules `*_files` make
files of what it returns; one that cannot be written is an `OutputError`.
"""
