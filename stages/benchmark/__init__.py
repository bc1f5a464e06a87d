"""Stage benchmark: every model on one of the field's published benchmarks."""
