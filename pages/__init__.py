"""The pages. Each is an outline: open the release, choose, ask, show."""

from typing import Final

# The file of each page and its address, in the order of the menu.
# Addresses are in every link that people have kept: never change one.
PAGE_PATHS: Final = {
    "home": "",
    "neighborhood": "neighborhood",
    "programs": "programs",
    "outcomes": "outcomes",
    "budget": "budget",
    "feedback": "feedback",
    "problems": "problems",
    "compare": "compare",
    "how": "how-it-works",
    "about": "about",
    "program": "program",
    "figure": "figure",
}

MORE: Final = ("problems", "compare", "how", "about")
"""Pages that stand together under "More": seven names are as many as fit into one line."""

HIDDEN: Final = ("program", "figure")
"""Pages that stand in no menu: one leads to them."""
