"""Stage train: fine-tune base on tuples with one method's loss."""
