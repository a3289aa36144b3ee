"""From what people type to the code it means. Names match after folding, never by likeness; likeness only hints."""

from __future__ import annotations

from data import queries
from data.models import CITY
from data.publish.names import Gazetteer, nearest_word
from data.store import Release


class NotFound(LookupError):
    """Nothing has that name. `nearest` holds names that look like it."""

    def __init__(self, what: str, text: str, nearest: list[str]) -> None:
        perhaps = f"; perhaps {' or '.join(nearest)}" if nearest else ""
        super().__init__(f"there is no {what} {text!r}{perhaps}")
        self.nearest = nearest


def neighborhood_id(release: Release, text: str) -> str:
    """The id of the place that an id, a name or another name means; 'city' is the whole city. Raises NotFound."""
    places = queries.neighborhoods(release, kinds=("neighborhood", "district", "city", "unplaced"))
    other = queries.place_names(release)
    other = other[other["kind"] == "alias"]
    gazetteer = Gazetteer(
        zip(places["id"], places["name"], places["kind"], strict=True),
        zip(other["neighborhood_id"], other["text"], strict=True),
    )
    names_of_city = {gazetteer.key(name) for name in places.loc[places["kind"] == "city", "name"]}
    found = gazetteer.find(text) or (CITY if gazetteer.key(text) in names_of_city else None)
    if found is None:
        raise NotFound("neighborhood", text, gazetteer.nearest(text))
    return found


def measure_id(release: Release, text: str) -> str:
    """The id of a measure that has figures, from its id. Raises NotFound."""
    known = queries.measures(release)["id"].tolist()
    if text not in known:
        raise NotFound("measure with figures", text, nearest_word(text, known, limit=3) or known[:8])
    return text
