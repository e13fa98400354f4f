"""What TensorFlow runs on: sessions and devices.

`sessions` turns a `SessionConfig` into a ConfigProto, and `devices` tells what
there is. Neither makes a session, nor takes memory of a GPU.
"""
