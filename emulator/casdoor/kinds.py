"""The kinds of objects that the general calls read and write, and what is special about each."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from emulator.casdoor.repositories import (
    Adapters,
    Applications,
    Certs,
    Enforcers,
    Groups,
    Models,
    Organizations,
    Permissions,
    Plans,
    Providers,
    Resources,
    Roles,
    Rows,
    Webhooks,
)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of object: where its rows are, and how its calls differ from the others' (facts/casdoor.md 11.1 and 11.2).

    `names_are_unique` over all owners; `shares_admins` lists the rows of `admin` with everybody's; `filter` is the
    query parameter that lists compare with the field of that name; `hidden` fields show as `***`; `guarded_by` is the
    field with the organization whose administrators alone may write a row; `kept` rows are neither deleted nor renamed;
    `verbs` are the calls that write it by the general rules.
    """

    name: str
    table: type[Rows[Any, Any]]
    names_are_unique: bool = False
    shares_admins: bool = False
    filter: str = ""
    hidden: tuple[str, ...] = ()
    has_global_list: bool = False
    needs_sign_in: bool = False
    guarded_by: str = ""
    kept: str = ""
    verbs: tuple[str, ...] = ("add", "update", "delete")

    @property
    def taken(self) -> str:
        """What SQLite says of a row that is there already."""
        columns, code = (
            (f"{self.name}.name", 2067) if self.names_are_unique else (f"{self.name}.owner, {self.name}.name", 1555)
        )
        return f"constraint failed: UNIQUE constraint failed: {columns} ({code})"


ORGANIZATION = Kind(name="organization", table=Organizations, kept="built-in")
APPLICATION = Kind(
    name="application", table=Applications, filter="organization", guarded_by="organization", kept="app-built-in"
)
PROVIDER = Kind(
    name="provider",
    table=Providers,
    shares_admins=True,
    hidden=("clientSecret", "clientSecret2"),
    has_global_list=True,
)
CERT = Kind(name="cert", table=Certs, shares_admins=True, has_global_list=True)
ROLE = Kind(name="role", table=Roles, guarded_by="owner")
PERMISSION = Kind(name="permission", table=Permissions)
GROUP = Kind(name="group", table=Groups, names_are_unique=True, guarded_by="owner")
MODEL = Kind(name="model", table=Models)
ADAPTER = Kind(name="adapter", table=Adapters)
ENFORCER = Kind(name="enforcer", table=Enforcers)
RESOURCE = Kind(name="resource", table=Resources, filter="user", needs_sign_in=True, verbs=("add", "update"))
WEBHOOK = Kind(name="webhook", table=Webhooks, filter="organization", guarded_by="organization")
PLAN = Kind(name="plan", table=Plans)

#: The kinds whose rows are read by the general calls `get-X` and `get-Xs`.
READ: tuple[Kind, ...] = (PROVIDER, CERT, ROLE, PERMISSION, GROUP, MODEL, ADAPTER, ENFORCER, RESOURCE, WEBHOOK, PLAN)
#: The kinds that the general calls `add-X`, `update-X` and `delete-X` write.
WRITTEN: tuple[Kind, ...] = (ORGANIZATION, APPLICATION, *READ)
KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in WRITTEN})
