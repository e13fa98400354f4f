import os
import tempfile

from absl.testing import absltest

from tests.report import browser, example
from vae_graph import report


class BrowserTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    self.browser = browser.start(self)
    temporary = tempfile.TemporaryDirectory()
    self.addCleanup(temporary.cleanup)
    self.folder = temporary.name
    self.path = os.path.join(self.folder, "report.html")
    runs = [example.vae(self.folder), example.mmd_vae(self.folder)]
    self.text = report.build_report(runs, title="Two runs")

  def write(self, text):
    with open(self.path, "w", encoding="utf-8") as file:
      file.write(text)

  def test_shows_all_and_asks_for_nothing(self):
    self.write(self.text)
    self.browser.open(self.path)
    self.assertEqual(self.browser.evaluate("document.title"), "Two runs")
    widths = self.browser.evaluate(
      "[...document.images].map(image => image.naturalWidth)"
    )
    self.assertLen(widths, 3)
    self.assertGreater(min(widths), 0)
    self.assertEqual(self.browser.requests, ["file://" + self.path])
    self.assertEmpty(self.browser.complaints)

  def test_fits_every_width_in_light_and_dark(self):
    self.write(self.text)
    for width in (400, 1000, 1800):
      for dark in (False, True):
        self.browser.open(self.path, width, dark)
        shown = self.browser.screenshot(os.path.join(self.folder, "shot.png"))
        self.assertEqual(shown.shape[1], width)
        self.assertEqual(shown[0, 0].mean() < 128, dark)
        # Text and pictures are on it, from its top to its foot.
        differs = (shown != shown[0, 0]).any(axis=-1)
        self.assertGreater(differs.mean(), 0.02)
        self.assertTrue(differs[:150].any())
        self.assertTrue(differs[-150:].any())
        self.assertEqual(
          self.browser.evaluate("document.documentElement.scrollWidth"), width
        )

  def test_runs_stand_side_by_side_where_there_is_room(self):
    self.write(self.text)
    tops = "[...document.querySelectorAll('article')].map(a => a.offsetTop)"
    self.browser.open(self.path, 1400)
    self.assertLen(set(self.browser.evaluate(tops)), 1)
    self.browser.open(self.path, 500)
    self.assertLen(set(self.browser.evaluate(tops)), 2)

  def test_a_page_that_asks_for_more_is_caught(self):
    # Lest the tests above pass because nothing is ever noticed.
    outside = '<img src="http://vae-graph.invalid/x.png">'
    self.write(self.text.replace("<footer>", outside + "<footer>"))
    self.browser.open(self.path)
    self.assertNotEmpty(self.browser.complaints)
    self.browser.complaints.clear()
    self.write("<!DOCTYPE html><script>console.log('here')</script>" + outside)
    self.browser.open(self.path)
    self.assertIn("http://vae-graph.invalid/x.png", self.browser.requests)
    self.assertIn("here", str(self.browser.complaints))


if __name__ == "__main__":
  absltest.main()
