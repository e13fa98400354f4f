"""This library's names, which are those of Hafner's script, under any scope."""

import collections

from vae_graph import errors


def match(found, wanted):
  """Matches names that are the same behind one scope; see importing."""
  scopes = collections.Counter(
    theirs[: -len(ours)]
    for theirs in found
    for ours in wanted
    if f"/{theirs}".endswith(f"/{ours}")
  )
  if not scopes:
    return {}
  most = max(scopes.values())
  best = sorted(scope for scope in scopes if scopes[scope] == most)
  if len(best) > 1 and most == len(wanted):
    raise errors.CheckpointError(
      f"the checkpoint holds {len(best)} such models, under"
      f" {' and '.join(scope or 'no scope' for scope in best)}; leave the"
      f" others out, as by --map=^{best[-1]}.*="
    )
  return {ours: best[0] + ours for ours in wanted if best[0] + ours in found}
