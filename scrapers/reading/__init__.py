"""How bytes are got: web pages, AWS APIs, packages, git histories; and strict JSON."""
