"""The one place of the version, as pyproject.toml and every record have it."""

VERSION = "0.1.0"
