"""Pictures in questions: one way to convert them, thumbnails, and how they are read from data."""
