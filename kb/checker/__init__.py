"""Finds SageMaker requests in infrastructure files, and says what their volume keys will do; see README.md."""
