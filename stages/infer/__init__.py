"""Stage infer: which relation a picture shows, ranked; `from stages.infer import Relations` in Python."""

__all__ = ["Relations"]


def __getattr__(name: str) -> type:
    """Relations when it is asked for: stage check, which wants the options alone, takes a second less."""
    if name == "Relations":
        from stages.infer.relations import Relations

        return Relations
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
