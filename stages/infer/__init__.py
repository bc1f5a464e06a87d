"""Stage infer: the relations that a picture shows, ranked; in Python, `from stages.infer import Relations`."""

__all__ = ["Relations"]


def __getattr__(name: str) -> type:
    """Imports Relations when it is used: stage check, which needs only the options, is faster without PyTorch."""
    if name == "Relations":
        from stages.infer.relations import Relations

        return Relations
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
