"""Casdoor's organizations, applications, providers and certs as a world holds them."""

from collections.abc import Mapping
from typing import ClassVar, TypeVar, cast

from emulator.casdoor.defaults import (
    built_in,
    check_row,
    complete,
    complete_application,
    complete_cert,
    complete_organization,
    complete_provider,
    go_zero,
    shape,
)
from emulator.casdoor.versions import version_of
from emulator.casdoor.views import Application, Cert, Organization, Provider
from emulator.core.derive import derive_hex
from emulator.core.json_object import Json, JsonObject
from emulator.scenario.model import scenario_of
from emulator.world.clock import rfc3339
from emulator.world.repository import Codec, K, Table
from emulator.world.state import State

V = TypeVar("V", bound=JsonObject)

#: The cert that an application without one signs with.
BUILT_IN_CERT = "cert-built-in"
#: The application that every server has, and what Casdoor makes up for it.
BUILT_IN_APPLICATION = "app-built-in"
_SECRETS = ("clientId", "clientSecret")


class Rows(Table[K, V]):
    """Rows under Casdoor's own field names; of a snapshot each field must have its type."""

    #: What a row is, as `check_row` knows it.
    kind: ClassVar[str]

    def decode_row(self, given: Json, codec: Codec) -> V:
        """Return a row; raises ValueError."""
        row = super().decode_row(given, codec)
        check_row(self.kind, row)
        return row

    def look_up(self, owner: str, name: str) -> V | None:
        """Return the row of an owner and a name, None when there is none."""
        row = self.find(self.key_of(self.row_of({"owner": owner, "name": name})))
        return row if row is not None and row.owner == owner else None

    def insert(self, given: JsonObject) -> bool:
        """Keep a row unless its key is taken; return whether it was kept."""
        row = self.row_of(given)
        with self.lock:
            if self.key_of(row) in self._rows:
                return False
            self._put(row)
            return True

    def replace(self, old: JsonObject, given: JsonObject) -> None:
        """Put a row in place of another one, whose key may differ."""
        before, row = self.row_of(old), self.row_of(given)
        with self.lock:
            if self.key_of(before) != self.key_of(row):
                self._remove(self.key_of(before))
            self._put(row)

    def delete(self, row: JsonObject) -> bool:
        """Remove a row; return whether there was one."""
        with self.lock:
            return self._remove(self.key_of(self.row_of(row))) is not None

    def row_of(self, given: Mapping[str, Json]) -> V:
        """Return an object as the rows of this table are typed."""
        return cast("V", cast("type[JsonObject]", self.row_kind)(given))

    def _put_missing(self, row: V) -> None:
        """Keep a row that every server has unless the scenario declares one of its key."""
        if self.key_of(row) not in self._rows:
            self._put(row)


class Organizations(Rows[str, Organization]):
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
        for row in built_in(self.name, now=now):
            self._put_missing(complete_organization(row, now=now))

    def key_of(self, row: Organization) -> str:
        """Return an organization's name."""
        return row.name


class Applications(Rows[str, Application]):
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
        for row in built_in(self.name, now=now):
            secrets = {name: derive_hex(scenario_of(state).seed, 20, name, row.name) for name in _SECRETS}
            self._put_missing(complete_application(JsonObject(row | secrets), now=now))

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


class Providers(Rows[tuple[str, str], Provider]):
    """Providers by owner and name."""

    name = "providers"
    row_kind = Provider
    kind = "provider"

    def __init__(self, state: State) -> None:
        super().__init__(state)
        for row in scenario_of(state).providers:
            self._put(complete_provider(row))
        for row in built_in(self.name, now=state.clock.now()):
            self._put_missing(complete_provider(row))

    def key_of(self, row: Provider) -> tuple[str, str]:
        """Return a provider's owner and name."""
        return row.owner, row.name

    def find_for(self, organization: str, name: str) -> Provider | None:
        """Return a provider of `admin`, else of an organization."""
        return self._rows.get(("admin", name)) or self._rows.get((organization, name))


class Certs(Rows[str, Cert]):
    """Certs by name, the built-in one always among them."""

    name = "certs"
    row_kind = Cert
    kind = "cert"

    def __init__(self, state: State) -> None:
        super().__init__(state)
        now = state.clock.now()
        for row in (JsonObject(name=BUILT_IN_CERT, displayName="Built-in Cert"), *scenario_of(state).certs):
            self._put(complete_cert(row, now=now))

    def key_of(self, row: Cert) -> str:
        """Return a cert's name."""
        return row.name


class ObjectRows(Rows[tuple[str, str], JsonObject]):
    """Rows by owner and name of a kind that no rule but the general ones knows much about."""

    row_kind = JsonObject

    def __init__(self, state: State) -> None:
        super().__init__(state)
        now = state.clock.now()
        for given in scenario_of(state).objects.get(self.name, ()):
            row = JsonObject({name: given.get(name, go_zero(zero)) for name, zero in shape(self.kind).items()})
            row["createdTime"] = row.text("createdTime") or rfc3339(now)
            self._put(row)
        for row in built_in(self.name, now=now):
            self._put_missing(complete(self.kind, row))

    def key_of(self, row: JsonObject) -> tuple[str, str]:
        """Return a row's owner and name."""
        return row.owner, row.name


class Roles(ObjectRows):
    """Roles: users, groups and roles that permissions are given to."""

    name = "roles"
    kind = "role"


class Permissions(ObjectRows):
    """Permissions: who may do what with which resources."""

    name = "permissions"
    kind = "permission"


class Groups(ObjectRows):
    """Groups of an organization's users, which may lie in one another."""

    name = "groups"
    kind = "group"


class Models(ObjectRows):
    """Casbin's models, which say how a permission is asked for."""

    name = "models"
    kind = "model"


class Adapters(ObjectRows):
    """Where Casbin's policies are kept."""

    name = "adapters"
    kind = "adapter"


class Enforcers(ObjectRows):
    """Pairs of a model and an adapter."""

    name = "enforcers"
    kind = "enforcer"


class Resources(ObjectRows):
    """Files that were uploaded."""

    name = "resources"
    kind = "resource"


class Webhooks(ObjectRows):
    """Addresses that are told of events."""

    name = "webhooks"
    kind = "webhook"


class Plans(ObjectRows):
    """What users may subscribe to."""

    name = "plans"
    kind = "plan"


#: The kinds that only the general rules know.
OBJECT_TABLES: tuple[type[ObjectRows], ...] = (
    Roles,
    Permissions,
    Groups,
    Models,
    Adapters,
    Enforcers,
    Resources,
    Webhooks,
    Plans,
)
