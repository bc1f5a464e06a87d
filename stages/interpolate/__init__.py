"""Stage interpolate: models between base and a method, and what they reach."""
