"""Data cards of image sets, read by `harness.image_card`."""
