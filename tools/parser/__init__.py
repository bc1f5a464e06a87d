"""Trains the models in data/parser; words.yaml and the grammar of made-up captions that they learn from."""
