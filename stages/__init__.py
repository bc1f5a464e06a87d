"""DRIVE as a pipeline: one folder a stage, each run with `python -m stages.NAME`."""
