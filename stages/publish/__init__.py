"""Stage publish: a model as a folder for a hub."""
