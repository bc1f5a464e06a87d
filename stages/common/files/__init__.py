"""Errors, files, tables in parts, parameters and cache keys."""
