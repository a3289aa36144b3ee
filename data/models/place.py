"""Places: neighborhoods, their other names, their people, and the lines on the map."""

from __future__ import annotations

from data.models.base import Table, col

CITY = "city"
UNPLACED = "unplaced"


class Neighborhood(Table, table=True):
    """A place a figure can be about: a neighborhood, a police district, the city, or "no neighborhood recorded"."""

    id: str = col("Stable code used in links, for example albany-park.", key=True, example="old-town")
    name: str = col("The name people use.", example="Old Town")
    kind: str = col(
        "neighborhood, district, city (the whole), or unplaced (no neighborhood recorded).",
        one_of=("neighborhood", "district", "city", "unplaced"),
        default="neighborhood",
    )
    setting: str | None = col(
        "urban, suburban or rural.", one_of=("urban", "suburban", "rural"), optional=True, example="urban"
    )
    visitor_area: bool = col(
        "True where many people are present who do not live there (downtown, airport, large park).", default=False
    )
    about: str | None = col("One or two plain sentences on the place.", optional=True)
    geometry: str | None = col("Outline as GeoJSON geometry, longitude and latitude (WGS84).", computed=True)
    area_km2: float | None = col("Area in square kilometers.", computed=True)
    label_lon: float | None = col("Longitude of a point inside, for the label.", computed=True)
    label_lat: float | None = col("Latitude of a point inside, for the label.", computed=True)


class NeighborhoodAlias(Table, table=True):
    """Another name of a neighborhood, as files or people write it."""

    neighborhood_id: str = col("The neighborhood.", key=True, ref="neighborhood.id")
    alias: str = col("The other name.", key=True, example="Oldtown")


class NeighborhoodOverlap(Table, table=True):
    """How much of a neighborhood lies in a police district, from their outlines."""

    neighborhood_id: str = col("The neighborhood.", key=True, ref="neighborhood.id")
    district_id: str = col("The district.", key=True, ref="neighborhood.id")
    share_of_area: float = col("Share of the neighborhood's area inside the district, 0 to 1.", computed=True)


class PlaceIndex(Table, table=True):
    """A street, landmark or ZIP code that leads a reader to a neighborhood."""

    text: str = col("What people type.", key=True, example="River Street")
    neighborhood_id: str = col("Where it leads.", key=True, ref="neighborhood.id")
    kind: str = col("street, landmark or zip.", one_of=("street", "landmark", "zip"), example="street")


class MapFeature(Table, table=True):
    """Quiet context on the map: water, a park, a main road."""

    id: str = col("Stable code.", key=True)
    kind: str = col("water, park or road.", one_of=("water", "park", "road"))
    name: str | None = col("Its name.", optional=True)
    geometry: str = col(
        "Shape as GeoJSON geometry (WGS84).",
        example='{"type": "LineString", "coordinates": [[-88.21, 41.0], [-88.19, 41.01]]}',
    )


class Population(Table, table=True):
    """Residents of a neighborhood in a year: the base of every rate per resident."""

    neighborhood_id: str = col("The neighborhood, or city.", key=True, ref="neighborhood.id")
    year: int = col("The year the count or estimate is for.", key=True, example="2024")
    residents: int = col("People living there.", example="12400")
    margin_of_error: int | None = col("Give or take, in people, where it is an estimate.", optional=True)
    households: int | None = col("Homes with people living in them.", optional=True)
    source_id: str = col("Where the number comes from.", ref="source.id")
