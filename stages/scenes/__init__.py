"""Stage scenes: a drawn world of subject, verb and object in COCO's format, where the truth is known."""
