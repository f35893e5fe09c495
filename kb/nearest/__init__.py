"""The nearest types that satisfy a need; :func:`kb.alternatives` is the door to it. Standard library only."""

from kb.nearest.search import alternatives

__all__ = ["alternatives"]
