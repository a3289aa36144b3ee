"""A city pack: `city.toml` read and checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Pack:
    """A pack's folder, and the folder where raw files may stand."""

    folder: Path
    files: Path | None
