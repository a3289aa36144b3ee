"""The base of all tables, and how a column says what it holds.

The base has its own registry: with SQLModel's default one a hot reload raises "Table already defined".
"""

from __future__ import annotations

import re
from typing import Any, cast

import sqlalchemy
from sqlalchemy import BigInteger
from sqlalchemy.orm import declared_attr, registry
from sqlmodel import Field, SQLModel


class Table(SQLModel, registry=registry()):
    """Every table of a release derives from this. `Table.metadata` is the whole store."""

    @declared_attr  # type: ignore[arg-type]
    @classmethod
    def __tablename__(cls) -> str:
        """The class name in snake_case."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()


def col(
    says: str,
    *,
    key: bool = False,
    ref: str | None = None,
    one_of: tuple[str, ...] = (),
    computed: bool = False,
    always: bool = False,
    optional: bool = False,
    large: bool = False,
    default: Any = ...,
    example: str = "",
) -> Any:
    """A column with its meaning.

    says: one plain sentence with the unit. key: part of the primary key. ref: "table.column" that must exist.
    one_of: the only words allowed. computed: made by publishing, never taken from a pack.
    always: computed, and never empty. optional: may be left out of a pack's file. large: a whole number that may pass
    2,147,483,647, where PostgreSQL's INTEGER ends: 21 million dollars in cents. example: a value for the template.
    """
    if default is ... and (optional or (computed and not always)) and not key:
        default = None
    extra = {"one_of": list(one_of), "computed": computed, "example": example}
    arguments: dict[str, Any] = {"description": says, "schema_extra": {"json_schema_extra": extra}}
    if large:
        arguments["sa_type"] = BigInteger
    if ref:
        arguments["foreign_key"] = ref
    if key:
        arguments["primary_key"] = True
    return Field(default, **arguments)


def table_of(model: type[Table]) -> sqlalchemy.Table:
    """The SQL table of a model, for queries that fetch columns: entities cost 12 times raw SQLite, columns 2.4."""
    return cast(sqlalchemy.Table, model.__table__)  # type: ignore[attr-defined]
