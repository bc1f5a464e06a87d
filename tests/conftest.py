"""Processes start by spawn in every test, as on macOS: what would hang on fork fails here too."""

import multiprocessing

multiprocessing.set_start_method("spawn", force=True)
