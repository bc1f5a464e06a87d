"""Measurements of speed and quality, one module a program."""
