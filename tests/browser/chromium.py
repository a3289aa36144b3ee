"""Where the browser is, and how it is started. `python -m tests.browser.chromium` succeeds where there is one."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

# A browser that works in a container and calls nobody by itself.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def where(playwright: Playwright) -> str | None:
    """The path of Chromium: the one OPENBEAT_CHROMIUM names, Debian's, or the one Playwright installed; else None."""
    for name in (os.environ.get("OPENBEAT_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


if __name__ == "__main__":
    with sync_playwright() as started:
        sys.exit(0 if where(started) else 1)
