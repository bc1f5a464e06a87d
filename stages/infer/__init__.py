"""Stage infer: which relation a picture shows, ranked; `from stages.infer import Relations` in Python."""

from stages.infer.relations import Relations

__all__ = ["Relations"]
