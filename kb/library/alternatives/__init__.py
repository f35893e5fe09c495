"""``kb.alternatives``: the nearest types that satisfy a need. Standard library only."""
