"""`python -m tests.benchmarks`: measure what pages, publishing and protecting cost, as docs/benchmarks.md records."""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from datetime import date
from importlib.metadata import version
from pathlib import Path

from data.demo import publish_demo
from tests.benchmarks import asking, pages, protecting, publishing
from tests.conftest import REAL, publish_city

PLACES = {"demo": "old-town", "chicago": "albany-park"}
PARTS = ("queries", "pages", "publishing", "protecting")


def main() -> None:
    """Measure the asked parts and print them as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"some of {', '.join(PARTS)}; default: all")
    parser.add_argument("--demo", type=Path, help="a published demo store; default: published anew")
    parser.add_argument(
        "--chicago", type=Path, help="a published Chicago store; default: published where the files are"
    )
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    asked.parts = asked.parts or list(PARTS)
    packages = ", ".join(f"{name} {version(name)}" for name in ("streamlit", "pandas", "sqlalchemy", "duckdb"))
    print(f"{date.today()}, Python {platform.python_version()}, {packages}, {os.cpu_count()} cores\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="bench-stores-") as folder:
        if "publishing" in asked.parts:
            print(f"## Publishing\n\n{publishing.report()}\n", flush=True)
        if "protecting" in asked.parts:
            print(f"## Small numbers\n\n{protecting.report()}\n", flush=True)
        if {"queries", "pages"} & set(asked.parts):
            stores = _stores(asked, Path(folder))
            if "queries" in asked.parts:
                print(f"## Questions\n\n{asking.report(stores)}\n", flush=True)
            if "pages" in asked.parts:
                print(f"## Pages of the demo\n\n{pages.report(*stores['demo'])}\n", flush=True)


def _stores(asked: argparse.Namespace, folder: Path) -> dict[str, tuple[Path, str]]:
    """Store and neighborhood of each city that is here."""
    demo = asked.demo or folder / "demo"
    if not asked.demo:
        publish_demo(demo)
    stores = {"demo": (demo, PLACES["demo"])}
    chicago = asked.chicago
    if chicago is None and (REAL / "chicago").is_dir():
        chicago = folder / "chicago"
        publish_city("chicago", REAL / "chicago", chicago)
    if chicago is None:
        print(f"Chicago is left out: its files are not in {REAL / 'chicago'}\n")
    else:
        stores["chicago"] = (chicago, PLACES["chicago"])
    return stores


if __name__ == "__main__":
    main()
