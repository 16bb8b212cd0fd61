"""The names of the profiles, as scenario files say them."""

from emulator.core.json_object import JsonObject
from emulator.core.tables import table


def profile_names() -> tuple[str, ...]:
    """Return the names in the order in which people see them, the default first."""
    return tuple(_written().row("profiles"))


def every_profile_name() -> tuple[str, ...]:
    """Return the names in that order, then those that go without saying: every recorded version, and `docs@` each."""
    rows = _written().row("profiles")
    versions = dict.fromkeys(rows.row(name).text("version") for name in rows)
    lenient = [name for name in rows if rows.row(name).texts("leniencies")]
    others = [*versions, *(f"{name}@{version}" for name in lenient for version in versions)]
    return tuple(dict.fromkeys([*rows, *others]))


def default_profile() -> str:
    """Return the profile of a scenario that does not say one."""
    return profile_names()[0]


def newest_version() -> str:
    """Return the version of Casdoor whose fields scenario files may set."""
    return _written().text("newest")


def _written() -> JsonObject:
    written = table("casdoor", "profiles.json")
    return JsonObject(written) if isinstance(written, dict) else JsonObject()
