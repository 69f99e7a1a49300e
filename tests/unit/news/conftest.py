"""Fixtures of the tests of news."""

from tests.mailbox import mailbox, server

__all__ = ["mailbox", "server"]
