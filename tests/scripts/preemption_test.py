"""The examples of docs/preemption.md."""

import http.server
import os
import re
import signal
import tempfile
import threading
import time

from absl.testing import absltest

from scripts import signals
from tests.training.toy import toy_config, toy_dataset
from vae_graph.training import train as train_lib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))


def examples():
  path = os.path.join(os.path.abspath(ROOT), "docs", "preemption.md")
  with open(path, encoding="utf-8") as file:
    return re.findall(r"```python\n(.*?)```", file.read(), re.DOTALL)


class Metadata(http.server.BaseHTTPRequestHandler):
  """Answers as a machine's metadata server, with a notice at the third time."""

  def do_GET(self):
    assert self.headers["Metadata-Flavor"] == "Google"
    self.server.asked.append(self.path)
    body = b"FALSE" if self.path.endswith("preempted") else b"NONE"
    if self.server.asked.count("/maintenance-event") > 2:
      body = b"TERMINATE_ON_HOST_MAINTENANCE"
    self.send_response(200)
    self.send_header("Content-Length", str(len(body)))
    self.end_headers()
    self.wfile.write(body)

  def log_message(self, *unused_args):
    pass


class PreemptionTest(absltest.TestCase):
  def test_the_watcher_of_notices(self):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Metadata)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    self.addCleanup(thread.join)
    self.addCleanup(server.server_close)
    self.addCleanup(server.shutdown)
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    example = examples()[0]
    for old, new in (
      (re.search('http://metadata[^"]*', example)[0], url),
      ("seconds=5", "seconds=0.05"),
      ("vae_graph.train(experiment_config,", "train("),
    ):
      self.assertIn(old, example)
      example = example.replace(old, new)
    folder = self.enter_context(tempfile.TemporaryDirectory())

    def train(logdir, should_stop):
      return train_lib.train(
        toy_config(epochs=10**6),
        logdir,
        dataset=toy_dataset(),
        should_stop=should_stop,
      )

    found = {"train": train, "logdir": folder}
    exec(example, found)
    self.assertFalse(found["result"].complete)
    self.assertGreater(len(server.asked), 2)

  def test_a_loop_of_somebody(self):
    rounds = []

    def work():
      rounds.append(time.time())
      if len(rounds) == 3:
        os.kill(os.getpid(), signal.SIGTERM)

    with signals.watched("ours"):
      exec(examples()[1], {"work": work})
    self.assertLen(rounds, 3)


if __name__ == "__main__":
  absltest.main()
