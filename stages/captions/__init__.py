"""Stage captions: COCO-format annotations and their images as two tables."""
