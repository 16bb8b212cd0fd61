"""One of Casdoor's objects, and the JSON that it consists of."""

from abc import ABC, abstractmethod
from typing import Generic, Never, NoReturn, Self, TypeAlias, TypeVar, overload

#: What JSON can say.
Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


class JsonObject(dict[str, Json]):
    """One of Casdoor's objects under Casdoor's own field names, read with the type one expects.

    A missing field, and one of another type, reads as the zero value, as a Go struct would.
    """

    __slots__ = ()

    def text(self, name: str) -> str:
        """Return a text field, `""` when there is none."""
        value = self.get(name)
        return value if isinstance(value, str) else ""

    def flag(self, name: str) -> bool:
        """Return a boolean field, False when there is none."""
        return self.get(name) is True

    def number(self, name: str) -> float:
        """Return a number field, 0 when there is none."""
        value = self.get(name)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else 0

    def texts(self, name: str) -> list[str]:
        """Return the texts of a list field."""
        value = self.get(name)
        return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []

    def rows(self, name: str) -> list["JsonObject"]:
        """Return the objects of a list field."""
        value = self.get(name)
        return [JsonObject(one) for one in value if isinstance(one, dict)] if isinstance(value, list) else []

    def row(self, name: str) -> "JsonObject":
        """Return an object field, empty when there is none."""
        value = self.get(name)
        return JsonObject(value) if isinstance(value, dict) else JsonObject()

    @property
    def owner(self) -> str:
        """The owner's name."""
        return self.text("owner")

    @property
    def name(self) -> str:
        """The object's name."""
        return self.text("name")

    @property
    def id(self) -> str:
        """`owner/name`, Casdoor's way to point at an object."""
        return f"{self.owner}/{self.name}"


_Value = TypeVar("_Value")
_Kind = TypeVar("_Kind", bound=JsonObject)


class Field(ABC, Generic[_Value]):
    """A field of a typed view of an object: an attribute that reads one key; nothing is written through it.

    Each kind reads the key by itself instead of through the object's methods, which would double what reading costs.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, row: None, owner: type[JsonObject]) -> Self: ...
    @overload
    def __get__(self, row: JsonObject, owner: type[JsonObject]) -> _Value: ...
    def __get__(self, row: JsonObject | None, owner: type[JsonObject]) -> Self | _Value:
        return self if row is None else self.read(row.get(self.name))

    def __set__(self, row: JsonObject, value: Never) -> NoReturn:
        raise AttributeError(f"{type(row).__name__}.{self.name} is only read; build a new object instead")

    @abstractmethod
    def read(self, value: Json) -> _Value:
        """Return a stored value as the field's type, the zero value when it is of another one."""


class TextField(Field[str]):
    """A text field."""

    def read(self, value: Json) -> str:
        """Return the text."""
        return value if isinstance(value, str) else ""


class FlagField(Field[bool]):
    """A boolean field."""

    def read(self, value: Json) -> bool:
        """Return the boolean."""
        return value is True


class NumberField(Field[float]):
    """A number field."""

    def read(self, value: Json) -> float:
        """Return the number."""
        return value if isinstance(value, int | float) and not isinstance(value, bool) else 0


class TextsField(Field[list[str]]):
    """A list of texts."""

    def read(self, value: Json) -> list[str]:
        """Return the texts."""
        return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


class RowField(Field[JsonObject]):
    """An object inside of an object."""

    def read(self, value: Json) -> JsonObject:
        """Return the object."""
        return JsonObject(value) if isinstance(value, dict) else JsonObject()


class RowsField(Field[list[_Kind]]):
    """A list of objects of one kind."""

    def __init__(self, name: str, kind: type[_Kind]) -> None:
        super().__init__(name)
        self.kind = kind

    def read(self, value: Json) -> list[_Kind]:
        """Return the objects."""
        return [self.kind(one) for one in value if isinstance(one, dict)] if isinstance(value, list) else []
