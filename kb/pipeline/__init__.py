"""Logs and curated tables in, DuckDB file and lookup snapshot out."""

from kb.pipeline.runner import BuildResult, build, publish, reuse

__all__ = ["BuildResult", "build", "publish", "reuse"]
