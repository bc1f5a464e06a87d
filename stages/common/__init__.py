"""What several stages share, in four rooms: files, clip, training and language."""
