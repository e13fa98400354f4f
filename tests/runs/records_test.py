from absl.testing import absltest

from vae_graph.runs import records


class RecordsTest(absltest.TestCase):
  def test_an_ordinary_model_is_judged_by_its_elbo(self):
    test = {"loss": 101.0, "elbo": -100.04, "rate": 20.0, "distortion": 80.04}
    train = {"loss": 99.0, "elbo": -98.0, "images_per_second": 1234.0}
    record = records.make_record(600, epoch=1.0, test=test, train=train)
    self.assertEqual(records.quality(record), -100.04)
    self.assertEqual(record["train_elbo"], -98.0)
    self.assertEqual(record["images_per_second"], 1234.0)
    self.assertEqual(
      records.line(record, 1200),
      "step 600 of 1,200 (epoch 1): train ELBO -98.0, test ELBO -100.0 (rate"
      " 20.0, distortion 80.0) at 1,234 images/s",
    )

  def test_stale_is_a_run_whose_last_records_are_no_better(self):
    def is_stale(elbos, patience):
      history = [{"step": i, "test_elbo": x} for i, x in enumerate(elbos)]
      return records.is_stale(history, patience)

    self.assertFalse(is_stale([-5, -4, -4.5], 2))
    self.assertTrue(is_stale([-5, -4, -4.5, -4], 2))
    self.assertFalse(is_stale([-5, -4, -4.5, -3], 2))
    self.assertFalse(is_stale([-4, -5, -6], 3))
    self.assertFalse(is_stale([-4, -5, -6], 0))
    self.assertTrue(is_stale([-4, None, None], 2))

  def test_a_model_without_an_elbo_is_judged_by_its_loss(self):
    worse, better = (
      records.make_record(
        0, epoch=0, test={"loss": loss, "distortion": 200.0}, train={}
      )
      for loss in (0.12345, 0.1)
    )
    self.assertGreater(records.quality(better), records.quality(worse))
    self.assertEqual(
      records.line(worse, 1200),
      "step 0 of 1,200 (epoch 0): test loss 0.1235 (distortion 200.0)",
    )


if __name__ == "__main__":
  absltest.main()
