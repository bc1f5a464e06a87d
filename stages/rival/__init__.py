"""Stage rival: a published CLIP as it is, measured beside the methods."""
