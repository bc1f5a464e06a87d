"""The one training loop, for base and for every method."""
