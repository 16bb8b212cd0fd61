"""Casdoor's organizations, applications, providers and certs as a world holds them."""

from typing import ClassVar, TypeVar

from emulator.casdoor.defaults import (
    check_row,
    complete_application,
    complete_cert,
    complete_organization,
    complete_provider,
)
from emulator.casdoor.versions import version_of
from emulator.casdoor.views import Application, Cert, Organization, Provider
from emulator.core.json_object import Json, JsonObject
from emulator.scenario.model import scenario_of
from emulator.world.repository import Codec, K, Table
from emulator.world.state import State

V = TypeVar("V", bound=JsonObject)

#: The cert that an application without one signs with.
BUILT_IN_CERT = "cert-built-in"


class _Rows(Table[K, V]):
    """Rows under Casdoor's own field names; of a snapshot each field must have its type."""

    #: What a row is, as `check_row` knows it.
    kind: ClassVar[str]

    def decode_row(self, given: Json, codec: Codec) -> V:
        """Return a row; raises ValueError."""
        row = super().decode_row(given, codec)
        check_row(self.kind, row)
        return row


class Organizations(_Rows[str, Organization]):
    """Organizations by name."""

    name = "organizations"
    row_kind = Organization
    kind = "organization"

    def __init__(self, state: State) -> None:
        super().__init__(state)
        now = state.clock.now()
        dropped = () if version_of(state).import_keeps_items else ("accountItems",)
        for row in scenario_of(state).organizations:
            kept = JsonObject({name: value for name, value in row.items() if name not in dropped})
            self._put(complete_organization(kept, now=now))

    def key_of(self, row: Organization) -> str:
        """Return an organization's name."""
        return row.name


class Applications(_Rows[str, Application]):
    """Applications by name, and by client_id."""

    name = "applications"
    row_kind = Application
    kind = "application"

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._by_client_id: dict[str, str] = {}
        now = state.clock.now()
        for row in scenario_of(state).applications:
            self._put(complete_application(row, now=now))

    def key_of(self, row: Application) -> str:
        """Return an application's name."""
        return row.name

    def index(self, old: Application | None, new: Application | None) -> None:
        """Keep the first application of each client_id."""
        if old is not None and self._by_client_id.get(old.client_id) == old.name:
            del self._by_client_id[old.client_id]
        if new is not None:
            self._by_client_id.setdefault(new.client_id, new.name)

    def find_client(self, client_id: str) -> Application | None:
        """Return the application of a client_id, compared exactly; None for an empty one."""
        name = self._by_client_id.get(client_id) if client_id else None
        return self._rows.get(name) if name is not None else None


class Providers(_Rows[tuple[str, str], Provider]):
    """Providers by owner and name."""

    name = "providers"
    row_kind = Provider
    kind = "provider"

    def __init__(self, state: State) -> None:
        super().__init__(state)
        for row in scenario_of(state).providers:
            self._put(complete_provider(row))

    def key_of(self, row: Provider) -> tuple[str, str]:
        """Return a provider's owner and name."""
        return row.owner, row.name

    def find_for(self, organization: str, name: str) -> Provider | None:
        """Return a provider of `admin`, else of an organization."""
        return self._rows.get(("admin", name)) or self._rows.get((organization, name))


class Certs(_Rows[str, Cert]):
    """Certs by name, the built-in one always among them."""

    name = "certs"
    row_kind = Cert
    kind = "cert"

    def __init__(self, state: State) -> None:
        super().__init__(state)
        for row in (JsonObject(name=BUILT_IN_CERT), *scenario_of(state).certs):
            self._put(complete_cert(row))

    def key_of(self, row: Cert) -> str:
        """Return a cert's name."""
        return row.name
