"""The room files: errors, files and tables, parameters, cache keys, executors and pictures."""
