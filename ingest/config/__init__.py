"""Settings: what can be set, and where the values come from (flags, environment, `ingest.toml`, defaults)."""

from __future__ import annotations

from ingest.config.reading import Configuration, SettingsError, read_configuration
from ingest.config.settings import Settings

__all__ = ["Configuration", "Settings", "SettingsError", "read_configuration"]
