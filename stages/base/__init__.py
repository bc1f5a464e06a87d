"""Stage base: the CLIP that every method starts from, as a local open_clip checkpoint."""
