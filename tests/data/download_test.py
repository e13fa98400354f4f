import contextlib
import gzip
import hashlib
import http.server
import io
import os
import threading
import time
from unittest import mock

from absl.testing import absltest, parameterized

from tests.data import fake_files
from vae_graph import errors
from vae_graph.data import download

_CONTENT = bytes(range(256)) * 1000
_SHA256 = hashlib.sha256(_CONTENT).hexdigest()
_BODY = gzip.compress(_CONTENT)


class _Mirror(http.server.BaseHTTPRequestHandler):
  """Serves what the name of the asked file says; counts what was asked."""

  def do_GET(self):
    name = self.path.strip("/")
    with self.server.lock:
      self.server.asked.append(name)
      earlier = self.server.asked.count(name) - 1
    if name == "missing" or (name == "busy_twice" and earlier < 2):
      self.send_error(404 if name == "missing" else 503)
      return
    if name == "endless":
      self.send_response(200)
      self.end_headers()
      with contextlib.suppress(OSError):
        while True:
          self.wfile.write(_CONTENT)
    if name == "silent":
      self.server.released.wait()
      return
    body = {
      "wrong": gzip.compress(b"wrong"),
      "plain": _CONTENT,
      "bomb": gzip.compress(bytes(2**24)),
    }.get(name, _BODY)
    if name == "broken_gzip":
      body = body[:-20]
    self.send_response(200)
    if name != "no_length":
      self.send_header("Content-Length", str(len(body)))
    self.end_headers()
    self.wfile.write(body[:-20] if name == "cut" else body)

  def log_message(self, *unused_args):
    pass


class DownloadTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = fake_files.temporary_folder(self)
    self.path = os.path.join(self.folder, "new", "file.gz")
    self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Mirror)
    self.server.asked = []
    self.server.lock = threading.Lock()
    self.server.released = threading.Event()
    thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
    thread.start()
    # Last in, first out: release waiting answers, stop, close, join.
    self.addCleanup(thread.join)
    self.addCleanup(self.server.server_close)
    self.addCleanup(self.server.shutdown)
    self.addCleanup(self.server.released.set)
    proxies = mock.patch.dict(os.environ, {"no_proxy": "127.0.0.1"})
    proxies.start()
    self.addCleanup(proxies.stop)

  def _download(self, *names, **settings):
    settings = dict(dict(timeout=5, rounds=1, pause=0.01), **settings)
    base = f"http://127.0.0.1:{self.server.server_address[1]}/"
    urls = [base + name for name in names]
    download.download(urls, _SHA256, path=self.path, **settings)

  def _held(self):
    with open(self.path, "rb") as file:
      return file.read()

  def _assert_nothing_else_is_left(self):
    self.assertEqual(os.listdir(os.path.dirname(self.path)), ["file.gz"])

  @parameterized.parameters("good", "no_length")
  def test_a_good_file_arrives_as_it_is(self, name):
    self._download(name)
    self.assertEqual(self._held(), _BODY)
    self._assert_nothing_else_is_left()

  def test_only_the_decompressed_content_counts(self):
    self._download("plain")
    self.assertEqual(self._held(), _CONTENT)

  @parameterized.parameters("missing", "wrong", "cut", "broken_gzip")
  def test_the_next_mirror_is_tried_at_once(self, bad):
    self._download(bad, "good")
    self.assertEqual(self.server.asked, [bad, "good"])
    self.assertEqual(self._held(), _BODY)
    self._assert_nothing_else_is_left()

  def test_a_silent_mirror_is_given_up(self):
    start = time.time()
    self._download("silent", "good", timeout=1)
    self.assertLess(time.time() - start, 10)
    self.assertEqual(self._held(), _BODY)

  @parameterized.parameters("endless", "bomb")
  def test_a_mirror_without_end_is_given_up(self, name):
    with mock.patch.object(download, "_MOST_BYTES", 2**20):
      self._download(name, "good")
    self.assertEqual(self._held(), _BODY)

  def test_a_failure_may_pass(self):
    with mock.patch.object(time, "sleep") as sleep:
      self._download("busy_twice", rounds=3, pause=1)
    self.assertEqual(self._held(), _BODY)
    self.assertEqual([call[0][0] for call in sleep.call_args_list], [1, 2])

  def test_all_mirrors_and_reasons_are_named_in_one_line(self):
    names = ("missing", "wrong", "cut", "broken_gzip", "silent")
    with self.assertRaises(errors.DownloadError) as caught:
      self._download(*names, rounds=2, timeout=2)
    message = str(caught.exception)
    self.assertEqual(self.server.asked, list(names) * 2)
    self.assertRegex(
      message,
      r"^file.gz: .*/missing \(HTTP Error 404: .*\); .*/wrong \(SHA-256 .*,"
      rf" expected {_SHA256[:12]}...\); .*/cut \(the connection broke after"
      rf" {len(_BODY) - 20} of {len(_BODY)} bytes\); .*/broken_gzip"
      r" \(Compressed file ended .*\); .*/silent \(timed out\); .*--data_dir",
    )
    self.assertNotIn("\n", message)
    self.assertEqual(os.listdir(self.folder), [])

  def test_no_server(self):
    with self.assertRaisesRegex(errors.DownloadError, "refused"):
      # Port 1 is reserved, and nobody listens there.
      download.download(
        ["http://127.0.0.1:1/x"], _SHA256, path=self.path, rounds=1
      )

  def test_failure_leaves_an_older_file_alone(self):
    fake_files.write(os.path.dirname(self.path), "file.gz", b"old")
    with self.assertRaises(errors.DownloadError):
      self._download("wrong")
    self.assertEqual(self._held(), b"old")
    self._assert_nothing_else_is_left()

  def test_unwritable_folder_is_named(self):
    self.path = os.path.join(self.folder, "file", "file.gz")
    fake_files.write(self.folder, "file", b"not a folder")
    with self.assertRaisesRegex(
      errors.DownloadError, f"^{self.path}: cannot write .*--cache_dir"
    ):
      self._download("good")

  def test_many_at_once_do_not_disturb_each_other(self):
    failures = []

    def work():
      try:
        self._download("good")
        self.assertEqual(self._held(), _BODY)
      except BaseException as error:  # Threads swallow even assertions.
        failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
      thread.start()
    for thread in threads:
      thread.join()
    self.assertEqual(failures, [])
    self._assert_nothing_else_is_left()

  def test_progress_is_for_terminals_only(self):
    with mock.patch("sys.stderr", io.StringIO()) as stderr:
      self._download("good")
      self.assertEqual(stderr.getvalue(), "")
      stderr.isatty = lambda: True
      self._download("good")
      self.assertIn("file.gz", stderr.getvalue())


if __name__ == "__main__":
  absltest.main()
