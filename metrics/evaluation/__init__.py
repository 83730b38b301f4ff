"""Measuring two sets of images: one pass over the images, then every metric that was asked for."""
