"""The room clip: loading, checking and writing models, embeddings of images and texts."""
