"""What TensorFlow runs on: sessions, devices, memory and processes.

`sessions` turns a `SessionConfig` into a ConfigProto, and `devices` tells what
there is. Neither makes a session, nor takes memory of a GPU. `blocks` tells how
many images fit into memory, `processes` refuses forks of what has used
TensorFlow, and `tf1_graphs` puts a graph in the words of TensorFlow 1.15.
"""
