"""Encoders and decoders, one module per family.

A network is a module with two plain functions, which know no distribution:

    encoder(images, model_config)
        float32 [batch, height, width, channels] in [0, 1]
        -> features, float32 [batch, n], from which a posterior makes its
        parameters
    decoder(code, model_config, image_shape, channels_out)
        float32 [batch, code_size], the `(height, width)` of the image to make
        -> a likelihood's parameters, float32 [batch, height, width,
        channels_out], unbounded

Both are called under a template, so that layers, made by layers.py, get their
names by the order of the calls and share their variables. `channels_out` is the
image's channels times what the likelihood needs for each. Images that are too
small are refused by a ConfigError, before any op.
"""
