import base64
import hashlib
import html.parser
import io
import re
import subprocess
import sys
import tempfile

from absl.testing import absltest
from PIL import Image

from tests.report import example
from vae_graph import report

_VOID = ("img", "link", "meta")


class Page(html.parser.HTMLParser):
  """The elements of a page, after checking that each ends where it must."""

  def __init__(self, text):
    super().__init__()
    self.elements = []  # (name, attributes)
    self.texts = []
    self._open = []
    self.feed(text)
    self.close()
    assert not self._open, self._open

  def handle_starttag(self, tag, attrs):
    self.elements.append((tag, dict(attrs)))
    if tag not in _VOID:
      self._open.append(tag)

  def handle_endtag(self, tag):
    opened = self._open.pop()
    assert opened == tag, (opened, tag)

  def handle_data(self, data):
    if self._open and self._open[-1] != "style":
      self.texts.append(data)

  def all(self, name):
    return [attributes for tag, attributes in self.elements if tag == name]


def rows(text, after):
  """Returns the texts in each cell of the first table after a word."""
  table = text[text.index(after) :].split("</table>")[0]
  found = []
  for row in table.split("<tr>")[1:]:
    cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
    parts = [re.split("<[^>]*>", cell) for cell in cells]
    # The space before a sign counts, the layout of the source does not.
    found.append(
      [[part.rstrip("\n ") for part in cell if part.strip()] for cell in parts]
    )
  return found


class PageTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    temporary = tempfile.TemporaryDirectory()
    self.addCleanup(temporary.cleanup)
    self.folder = temporary.name

  def test_sections(self):
    text = report.build_report([example.vae(self.folder)], title="A <VAE> & co")
    page = Page(text)
    sections = [section["id"] for section in page.all("section")]
    self.assertEqual(
      sections,
      ["overview", "pictures", "curves", "measurements", "settings"],
    )
    links = [link["href"] for link in page.all("a")]
    self.assertEqual(links, [f"#{section}" for section in sections])
    self.assertIn("A <VAE> & co", page.texts)

  def test_nothing_is_asked_of_a_network(self):
    runs = [example.vae(self.folder), example.mmd_vae(self.folder)]
    text = report.build_report(runs)
    page = Page(text)
    self.assertEmpty(page.all("script") + page.all("link"))
    for tag, attributes in page.elements:
      self.assertNotIn("style", attributes)
      for name, value in attributes.items():
        self.assertFalse(name.startswith("on"), (tag, name))
        if name in ("src", "href"):
          self.assertRegex(value, "^(#|data:image/)")
    style = re.search("<style>(.*)</style>", text, re.DOTALL).group(1)
    self.assertNotRegex(style, "@import|url\\(")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = page.all("meta")[1]["content"]
    self.assertIn("default-src 'none'", policy)
    self.assertIn(f"style-src 'sha256-{digest}'", policy)

  def test_what_users_write_is_escaped(self):
    evil = (
      '<img src="http://example.com/x.png" onerror=alert(1)>&amp;"\'--></style>'
    )
    run = example.vae(self.folder)
    settings = {
      "model": {evil: evil, "network": evil},
      "data": {"dataset": evil},
    }
    pictures = [(evil, evil, run.pictures[0][2])]
    evaluation = {evil: evil, "elbo": None, "undefined": {"elbo": evil}}
    run = report.ReportRun(evil, settings, run.metrics, evaluation, pictures)
    other = report.ReportRun("b", {}, [], {evil: 1.0, "split": evil})
    page = Page(report.build_report([run, other], title=evil))
    self.assertLen(page.all("img"), 1)
    self.assertEmpty([a for _, a in page.elements if "onerror" in a])
    self.assertGreater(page.texts.count(evil), 8)

  def test_settings_that_differ_come_first(self):
    text = report.build_report([example.vae(), example.mmd_vae()])
    self.assertEqual(
      rows(text, "What differs"),
      [
        [["Setting"], ["VAE"], ["MMD-VAE"]],
        [["model.hidden_units"], ["200, 200"], ["32, 64"]],
        [["model.likelihood"], ["bernoulli"], ["gaussian"]],
      ],
    )
    shared = text[text.index("<details>") : text.index("</details>")]
    self.assertIn(">code_size<", shared)
    self.assertNotIn(">hidden_units<", shared)
    same = example.vae()
    text = report.build_report([same, same._replace(name="again")])
    self.assertIn("The runs have the same settings throughout.", text)
    self.assertNotIn("What differs", text)

  def test_figures_with_units_errors_and_reasons(self):
    text = report.build_report([example.vae(), example.mmd_vae()])
    head, *found = rows(text, 'id="measurements"')
    self.assertEqual(head, [["Figure"], ["VAE"], ["MMD-VAE"]])
    found = {
      description[0]: (description[1:], cells) for description, *cells in found
    }
    description, cells = found["ELBO"]
    self.assertEqual(description[0], "nats per image, higher is better")
    self.assertStartsWith(description[1], "Evidence lower bound")
    self.assertEqual(cells, [["−143.68", " ± 0.50"], ["—", example.REASON]])
    _, cells = found["Nearest-neighbor accuracy"]
    self.assertEqual(cells, [["78.63", " %", "5 neighbors"], ["81.27", " %"]])
    _, cells = found["MMD² to the prior"]
    self.assertEqual(cells[1], ["—", "not evaluated"])
    _, cells = found["Measured on"]
    data = "mnist test split, 10,000 images, gray pixels"
    self.assertEqual(cells, [[data, "step 2,400"], ["—"]])
    self.assertLen(found, 9)  # and nothing that is no figure

  def test_warnings_are_seen(self):
    page = Page(report.build_report([example.vae(), example.mmd_vae()]))
    self.assertIn("the posterior <collapsed>", page.texts)

  def test_headline_has_the_same_figures_for_all(self):
    text = report.build_report([example.vae(), example.mmd_vae()])
    cards = text.split("<article>")[1:]
    titles = [re.findall("<dt>(.*?)</dt>", card) for card in cards]
    self.assertEqual(
      titles[0],
      [
        "ELBO",
        "Importance-weighted bound",
        "MMD² to the prior",
        "Active units",
        "Nearest-neighbor accuracy",
      ],
    )
    self.assertEqual(titles[1], titles[0])
    self.assertIn("2,400 steps (4 epochs)", cards[0])

  def test_a_run_that_was_only_trained(self):
    run = example.vae()._replace(evaluation=None)
    text = report.build_report([run])
    self.assertNotIn('id="measurements"', text)
    self.assertNotIn('id="pictures"', text)
    self.assertIn("last evaluation while training", text)
    self.assertIn("± 0.50 nats per image", text)
    text = report.build_report([run, example.mmd_vae()])
    self.assertIn("not evaluated", text[text.index('id="measurements"') :])
    bare = report.build_report([report.ReportRun("a", {})])
    self.assertIn("neither trained nor evaluated yet", bare)
    self.assertNotIn("imported", bare)

  def test_where_an_imported_run_began(self):
    origin = {"checkpoint": "/old/a&b", "layout": "tf_layers", "step": 12000}
    for imported_from, expected in (
      (origin, "imported from /old/a&b · layout tf_layers · step 12,000"),
      (dict(origin, step=None), "imported from /old/a&b · layout tf_layers"),
    ):
      run = report.ReportRun("a", {}, imported_from=imported_from)
      self.assertIn(expected, Page(report.build_report([run])).texts)

  def test_pictures_of_one_title_are_in_a_row(self):
    runs = [example.vae(self.folder), example.mmd_vae(self.folder)]
    text = report.build_report(runs)
    pictures = text[text.index('id="pictures"') :]
    samples, walk = pictures.split("<h3>")[1:]
    self.assertEqual(
      re.findall('alt="(.*?)"', samples),
      ["Samples of VAE. Of the prior.", "Samples of MMD-VAE. Other."],
    )
    self.assertIn("This run has no such picture.", walk)
    for image in Page(text).all("img"):
      media, content = image["src"].split(";base64,")
      content = base64.b64decode(content)
      self.assertIn(content, [p[2] for run in runs for p in run.pictures])
      self.assertEqual(media == "data:image/gif", content[:3] == b"GIF")
      with Image.open(io.BytesIO(content)) as opened:
        size = (int(image["width"]), int(image["height"]))
        self.assertEqual(opened.size, size)

  def test_a_caption_that_all_share_is_said_once(self):
    run = example.vae(self.folder)
    text = report.build_report([run, run._replace(name="b")])
    self.assertEqual(text.count(">Of the prior.<"), 1)

  def test_every_run_has_a_color_light_and_dark(self):
    text = report.build_report(
      [report.ReportRun(name, {}) for name in "abcdefgh"]
    )
    looks = re.findall('<h3 class="(.*?)">', text)
    self.assertLen(looks, 8)
    self.assertLen(set(looks), 6)
    light, dark = text.split("@media (prefers-color-scheme: dark)")[:2]
    for look in looks:
      self.assertIn(f".{look} {{ --run: var(--{look}); }}", text)
      for style in (light, dark):
        self.assertRegex(style, f"--{look}: #[0-9a-f]{{6}};")

  def test_same_input_gives_the_same_text(self):
    runs = [example.vae(self.folder), example.mmd_vae(self.folder)]
    self.assertEqual(report.build_report(runs), report.build_report(runs))

  def test_what_cannot_be_shown_is_refused(self):
    run = report.ReportRun("a", {})
    for runs in ([], [run, run]):
      with self.assertRaisesRegex(ValueError, "each with a name of its own"):
        report.build_report(runs)
    with self.assertRaisesRegex(ValueError, "'S' of run a begins.*PNG or GIF"):
      report.build_report([run._replace(pictures=[("S", "", b"\xff\xd8")])])
    two = example.vae(self.folder).pictures[:1] * 2
    with self.assertRaisesRegex(ValueError, "two pictures of the title 'Sam"):
      report.build_report([run._replace(pictures=two)])

  def test_needs_neither_numpy_nor_tensorflow(self):
    program = """
import sys
from vae_graph import report
report.build_report([report.ReportRun("a", {}, [], {"elbo": -1.0})])
assert not {"numpy", "tensorflow", "matplotlib"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], check=True)


if __name__ == "__main__":
  absltest.main()
