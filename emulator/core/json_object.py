"""One of Casdoor's objects, and the JSON that it consists of."""

from typing import TypeAlias

#: What JSON can say.
Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


class JsonObject(dict[str, Json]):
    """One of Casdoor's objects under Casdoor's own field names, read with the type one expects.

    A missing field, and one of another type, reads as the zero value, as a Go struct would.
    """

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
