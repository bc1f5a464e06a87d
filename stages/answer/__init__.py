"""Stage answer: one model on one published benchmark."""
