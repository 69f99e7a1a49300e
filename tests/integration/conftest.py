"""Fixtures of the tests that use more than one part."""

from tests.integration.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]
