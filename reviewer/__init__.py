"""Reads a proposal for a machine-learning project: what it is worth, and what it forgot to say."""

__version__ = "0.1.0"
