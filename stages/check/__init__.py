"""Stage check: all parameters before any work."""
