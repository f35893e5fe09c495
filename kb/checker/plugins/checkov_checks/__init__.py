"""Checks for Checkov, which is given this folder with ``--external-checks-dir``."""
