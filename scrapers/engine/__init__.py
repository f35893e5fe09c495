"""How observation logs grow: what changed, a whole run, kept readings."""
