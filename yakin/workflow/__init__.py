"""Workflow files: loading, expressions, checking, and the schema that editors use."""
