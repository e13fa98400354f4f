"""Where the files of a data set are looked for, and how they are downloaded.

A file comes from the first of several mirrors that has the right one.
"""

import hashlib
import http.client
import io
import os
import time
import urllib.request

from tqdm import tqdm

from vae_graph import errors, files
from vae_graph.data import idx
from vae_graph.data.pixels import bad_data

_CHUNK_BYTES = 2**16
# More than any of the files has, as it is sent or decompressed.
_MOST_BYTES = 2**28
_SHOWN_NAMES = 10


def cache_folder(config):
  """Returns the folder that keeps downloads; it may not exist yet.

  Args:
    config: a `DataConfig`; reads `cache_dir`.
  """
  if config.cache_dir:
    return config.cache_dir
  base = os.environ.get("XDG_CACHE_HOME", "")
  # The XDG specification says to ignore a relative path.
  if not os.path.isabs(base):
    base = os.path.expanduser(os.path.join("~", ".cache"))
  return os.path.join(base, "vae_graph")


def missing_files(folder, missing):
  """Returns a `DataError` that says what a folder holds and what it lacks.

  Args:
    folder: the one named by `data_dir`.
    missing: what should be in it as well, in words.
  """
  try:
    names = sorted(os.listdir(folder))
  except OSError as error:
    held = f"no readable folder ({error.strerror})"
  else:
    held = ", ".join(names[:_SHOWN_NAMES]) or "an empty folder"
    if len(names) > _SHOWN_NAMES:
      held += f" and {len(names) - _SHOWN_NAMES} more"
  return bad_data(
    folder,
    held,
    f"also {missing}",
    "add what is missing, or leave out --data_dir to download it",
  )


def download(
  urls,
  sha256,
  *,
  path,
  hash_as_sent=False,
  timeout=10.0,
  rounds=3,
  pause=1.0,
):
  """Downloads a file, tries its mirrors in turn and checks what they send.

  The file appears at `path` complete or not at all, so any number of processes
  may download it at once. A progress bar is shown on a terminal only.

  Args:
    urls: addresses of the same content.
    sha256: hexadecimal SHA-256 of the content after decompression, because
      mirrors compress the same content to different gzip files.
    path: where to put the file; missing folders are made.
    hash_as_sent: whether `sha256` is instead that of the bytes as they are
      sent, as publishers of archives give it.
    timeout: seconds without an answer or data after which a mirror is given up.
    rounds: how often to go through all mirrors.
    pause: seconds between the first two rounds; it doubles each time.

  Raises:
    DownloadError: no mirror sent the right content, or `path` is not writable.
  """
  name = os.path.basename(path)
  reasons = {}
  for index in range(rounds):
    if index:
      time.sleep(pause * 2 ** (index - 1))
    for url in urls:
      try:
        body = _fetch(url, name, timeout)
        _check_content(body, sha256, hash_as_sent)
      except (*idx.READ_ERRORS, http.client.HTTPException) as error:
        reasons[url] = _one_line(error)
      else:
        _write(path, body)
        return
  tried = "; ".join(f"{url} ({reason})" for url, reason in reasons.items())
  raise errors.DownloadError(
    f"{name}: no mirror has the expected file: {tried}; try again later, or get"
    " it elsewhere and name its folder by --data_dir"
  )


def _fetch(url, name, timeout):
  """Returns the bytes that `url` holds; raises OSError or HTTPException."""
  body = bytearray()
  with urllib.request.urlopen(url, timeout=timeout) as response:
    length = response.length or 0  # None where the mirror does not tell.
    # disable=None: no bar unless standard error is a terminal.
    with tqdm(
      desc=name,
      total=length or None,
      unit="B",
      unit_scale=True,
      leave=False,
      disable=None,
    ) as progress:
      for chunk in iter(lambda: response.read(_CHUNK_BYTES), b""):
        body += chunk
        _check_size(len(body))
        progress.update(len(chunk))
  # A connection that is closed early looks like the end of the data.
  if len(body) < length:
    raise OSError(f"the connection broke after {len(body)} of {length} bytes")
  return bytes(body)


def _check_content(body, sha256, as_sent):
  """Raises one of `idx.READ_ERRORS` unless the content is as expected."""
  content = io.BytesIO(body)
  if not as_sent:
    content = idx.decompressed(content)
  digest = hashlib.sha256()
  for chunk in iter(lambda: content.read(_CHUNK_BYTES), b""):
    digest.update(chunk)
    _check_size(content.tell())
  found = digest.hexdigest()
  if found != sha256:
    raise OSError(f"SHA-256 {found[:12]}..., expected {sha256[:12]}...")


def _check_size(size):
  if size > _MOST_BYTES:
    raise OSError(f"more than {_MOST_BYTES:,} bytes")


def _write(path, body):
  try:
    files.write_atomically(path, body)
  except OSError as error:
    raise errors.DownloadError(
      f"{path}: cannot write the downloaded file ({_one_line(error)}); name a"
      " writable folder by --cache_dir"
    ) from error


def _one_line(error):
  return " ".join(str(error).split()) or type(error).__name__
