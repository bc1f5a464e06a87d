"""Stage negatives: tuples of a triple and its hard negatives, and the release made of them."""
