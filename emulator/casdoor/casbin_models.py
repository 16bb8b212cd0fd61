"""Casbin's models that people write themselves, asked by the library casbin; it is imported when one is first asked.

Source: object/permission_enforcer.go in v3.158.0, GetBuiltInModel and getPolicies.
"""

import re
from collections.abc import Iterable, Sequence
from types import SimpleNamespace

from emulator.core.errors import ApiError
from emulator.core.json_object import Json
from emulator.journal.reasons import reason

_ASSERTION = re.compile(r"^\s*(r|p|g|m)\s*=\s*(.*)$", re.MULTILINE)
#: The columns of a policy: what the model names, and the permission's id in the last.
_COLUMNS = 6


def definitions(model: str) -> dict[str, str]:
    """Return the definitions `r`, `p`, `g` and `m` that a model's text has."""
    return {found[1]: found[2].strip() for found in _ASSERTION.finditer(model)}


def allows(
    model: str, request: Sequence[Json], *, policies: Iterable[Sequence[str]], members: Iterable[tuple[str, str, str]]
) -> bool:
    """Return whether a model allows a request by policies and by `members`: who is in what, in which domain.

    Raises ApiError for a model that casbin does not read, and where casbin is not installed.
    """
    try:
        import casbin
    except ImportError:
        why = reason("model-not-played")
        raise ApiError("the model is not played without the library casbin", why=why) from None
    loaded = casbin.Model()
    try:
        loaded.load_model_from_text(_with_all_columns(model))
        enforcer = casbin.Enforcer(loaded)
        enforcer.add_policies([list(policy) for policy in policies])
        width = definitions(model).get("g", "").count("_")
        if width:
            enforcer.add_grouping_policies([list(one[:width]) for one in dict.fromkeys(members)])
        return bool(enforcer.enforce(*[_asked(value) for value in request]))
    except Exception as error:  # whatever a model that people write makes casbin or its evaluator stumble over
        raise ApiError(f"{error}", why=reason("model-refused", error=f"{error}")) from error


def _with_all_columns(model: str) -> str:
    """Return a model whose policies have the columns that Casdoor gives them."""
    columns = [one.strip() for one in definitions(model).get("p", "").split(",")]
    columns += [f"unused{index}" for index in range(len(columns), _COLUMNS - 1)]
    named = ", ".join([*columns, "permissionId"][:_COLUMNS])
    return re.sub(r"^(\s*p\s*=\s*).*$", rf"\g<1>{named}", model, flags=re.MULTILINE)


def _asked(value: Json) -> object:
    """Return a value of a request; the fields of an object are read with dots."""
    return SimpleNamespace(**value) if isinstance(value, dict) else value
