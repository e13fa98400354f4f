"""Two workers train one model, whose variables are on a parameter server.

Between-graph replication over the loopback: three processes, each with a server
of the cluster. A worker builds the same model as any program, in the scope of
`tf.train.replica_device_setter`, which puts the variables on the parameter
server and all else on the worker. `replica` gives each worker noise of its own.

Three things that bite: a session waits for every process of the cluster but for
those that `device_filters` leave out; a worker that uses
`MonitoredTrainingSession` looks for the chief's variables every 30 seconds, so
these ask by themselves; and `server.join()` never returns, so the parameter
server waits for a queue that each worker fills at its end.

Legs: TensorFlow 1.15, 2.15, 2.21.
Prints:

    worker 0: 10 steps, loss N, images on /job:worker/task:0
    worker 1: 10 steps, loss N, images on /job:worker/task:1
    parameter server: 20 steps, variables on /job:ps/task:0
"""

import multiprocessing
import socket
import time

import tensorflow.compat.v1 as tf

import vae_graph

WORKERS = 2
STEPS = 10  # of each worker
PS = "/job:ps/task:0"
MODEL = vae_graph.ModelConfig(hidden_units=(50,), code_size=2)


def make_done_queue():
  with tf.device(PS):
    return tf.FIFOQueue(WORKERS, tf.int32, shapes=[()], shared_name="done")


def serve(cluster):
  """The parameter server; returns how many steps were made in all."""
  server = tf.train.Server(cluster, job_name="ps", task_index=0)
  with tf.device(PS):
    step = tf.train.get_or_create_global_step()
  take = make_done_queue().dequeue()
  config = tf.ConfigProto(device_filters=["/job:ps"])
  with tf.Session(server.target, config=config) as session:
    for _ in range(WORKERS):
      session.run(take)
    return session.run(step)


def train(cluster, task):
  """A worker; returns its steps, the last loss, and what is on which device."""
  worker = f"/job:worker/task:{task}"
  server = tf.train.Server(cluster, job_name="worker", task_index=task)
  data = vae_graph.load_dataset(vae_graph.DataConfig(dataset="mnist_10k"))
  with tf.device(
    tf.train.replica_device_setter(cluster=cluster, worker_device=worker)
  ):
    step = tf.train.get_or_create_global_step()
    vae = vae_graph.VAE(MODEL, image_shape=(28, 28))
    # The worker's own digits, ten batches of 100.
    digits = tf.constant(data.train.images[task : 1000 * WORKERS : WORKERS])
    start = tf.cast(step % 10, tf.int32) * 100
    images = vae_graph.pixels(digits[start : start + 100])
    seed = vae_graph.step_seed(0, step, replica=task)
    loss = vae_graph.elbo(vae, images, seed=seed).loss
    train_step = tf.train.AdamOptimizer(1e-3).minimize(loss, global_step=step)
    initialize = tf.global_variables_initializer()
    missing = tf.report_uninitialized_variables()
  done = make_done_queue().enqueue(task)

  config = tf.ConfigProto(device_filters=["/job:ps", worker])
  with tf.Session(server.target, config=config) as session:
    if task == 0:  # The chief.
      session.run(initialize)
    while session.run(missing).size:
      time.sleep(0.1)
    for _ in range(STEPS):
      last, _ = session.run([loss, train_step])
    session.run(done)
  return STEPS, last, {v.device for v in vae.variables}, images.device


def run(cluster, job, task):
  """One process of the cluster."""
  cluster = tf.train.ClusterSpec(cluster)
  with tf.Graph().as_default():
    return serve(cluster) if job == "ps" else train(cluster, task)


def free_addresses(count):
  sockets = [socket.socket() for _ in range(count)]
  for each in sockets:
    each.bind(("127.0.0.1", 0))
  addresses = [f"127.0.0.1:{each.getsockname()[1]}" for each in sockets]
  for each in sockets:
    each.close()
  return addresses


def main():
  server, *workers = free_addresses(1 + WORKERS)
  cluster = {"ps": [server], "worker": workers}
  jobs = [(cluster, "ps", 0)]
  jobs += [(cluster, "worker", task) for task in range(WORKERS)]
  # TensorFlow does not outlive a fork.
  spawn = multiprocessing.get_context("spawn")
  with spawn.Pool(len(jobs), maxtasksperchild=1) as pool:
    results = pool.starmap_async(run, jobs, chunksize=1).get(timeout=200)
  total, *shares = results
  for task, (steps, loss, _, device) in enumerate(shares):
    print(f"worker {task}: {steps} steps, loss {loss:.1f}, images on {device}")
  (device,) = set.union(*(devices for _, _, devices, _ in shares))
  print(f"parameter server: {total} steps, variables on {device}")


if __name__ == "__main__":
  main()
