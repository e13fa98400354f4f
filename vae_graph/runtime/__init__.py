"""What TensorFlow runs on: sessions, devices and memory.

`sessions` turns a `SessionConfig` into a ConfigProto, and `devices` tells what
there is. Neither makes a session, nor takes memory of a GPU. `blocks` tells how
many images fit into memory.
"""
