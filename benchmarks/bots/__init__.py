"""Bots that only benchmarks use."""
