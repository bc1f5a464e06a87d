"""Stage report: the readable numbers in metrics/, and one self-contained page."""
