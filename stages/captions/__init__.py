"""Stage captions: caption files of several formats and their images as two tables."""
