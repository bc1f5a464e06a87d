"""The room training: the one training loop, for base and for every method."""
