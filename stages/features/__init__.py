"""Stage features: base's embeddings of every image and of every triple's text."""
