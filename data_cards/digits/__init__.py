"""scikit-learn's handwritten digits as arrays: see the card `digits` in `data_cards/images`."""
