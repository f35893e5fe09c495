"""Answers from the snapshot inside the package, with the standard library only; `import kb` shows its public part."""
