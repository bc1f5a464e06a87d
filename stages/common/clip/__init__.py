"""CLIP through open_clip: loading, checking and saving models, embedding images and texts."""
