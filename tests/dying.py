"""A process that kills itself at an exact moment, just before or after the nth call of a function."""

from __future__ import annotations

#: Goes before a script; its arguments from the fourth on say when: Path or os, function, before or after, which call.
SUICIDE = """
import os, signal, sys
from pathlib import Path
owner = {"Path": Path, "os": os}[sys.argv[4]]
name, when, left = sys.argv[5], sys.argv[6], int(sys.argv[7])
original = getattr(owner, name)
def replacement(*values):
    global left
    left -= 1
    if left == 0 and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = original(*values)
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return result
setattr(owner, name, replacement)
"""
