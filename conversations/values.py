"""Values made by the dozen in every turn: frozen for whoever reads and checks the types, made as quickly as if they were not."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

T = TypeVar("T")


def swift(value: type[T]) -> type[T]:
    """A frozen dataclass without its guard at run time, which costs two thirds of the time it takes to make one."""
    frozen: Any = value
    fields = [(each.name, each.type, _again(each)) for each in dataclasses.fields(frozen)]
    frozen.__init__ = dataclasses.make_dataclass(value.__name__, fields, eq=False, repr=False).__init__  # type: ignore[misc]
    del frozen.__setattr__, frozen.__delattr__
    return value


def _again(field: dataclasses.Field[Any]) -> Any:
    return dataclasses.field(default=field.default, default_factory=field.default_factory)
