"""What TensorFlow runs on: sessions and devices."""
