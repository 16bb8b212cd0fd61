"""Values that `${faker.…}` invents, the same in every run of a scenario."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from faker import Faker


class Inventor:
    """Draws one value after another from a sequence that a seed and a language determine."""

    def __init__(self, seed: str, locale: str) -> None:
        self.seed = seed
        self.locale = locale

    @cached_property
    def _faker(self) -> "Faker":
        from faker import Faker

        faker = Faker(self.locale)
        faker.seed_instance(self.seed)
        return faker

    def draw(self, provider: str) -> Any:
        """Return the next value of a provider that takes no arguments; what JSON does not know becomes text."""
        value = getattr(self._faker, provider)()
        return value if isinstance(value, str | int | float | bool | None) else str(value)
