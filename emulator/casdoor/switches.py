"""The switches of a Casdoor version: what the rules ask it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, get_type_hints

from emulator.casdoor.version_tables import as_object, unknown_name
from emulator.core.json_object import Json


@dataclass(frozen=True, kw_only=True)
class Switches:
    """What the rules ask a version; `version.json` says it. Source: facts/casdoor.md 0, 9 and 10.

    Sign-in: `raw_login_body` answers the token row; `provider_types` count as a mini program's;
    `login_updates_profile` writes username and avatar onto a known user; `wrong_tag_panics`;
    `refresh_beats_tag`; `checks_dpop`; `gives_default_avatar`.
    Updates: `columns_merge` lays the body over the stored user; `camel_columns`; `sparse_update`
    merges also without columns; `owner_defaults` fills a missing owner in; `admin_writes_always`;
    `normalises_phone`.
    Tokens: `refresh_checks_client`; `cuts_off` ends the tokens of forbidden, deleted, removed users.
    Tokens of client_credentials: `app_tokens_are_apps`; before v3.60.1 they are a user's who does not exist.
    get-user: `phone_query_has_region` compares the country of a number with `+` too.
    Web sign-in: `records_signin` writes the time into the user; `signin_flags_password` says in `data3` whether the
    password has to be changed; `sessions_end_cookies` ends the cookies of a session that is deleted.
    get-email-and-phone: `trims_asked_contact`, and takes capitals for small letters.
    Older sign-in (facts/casdoor.md 10.2): `knows_client_assertions`; `knows_device_codes`; `needs_device_code` has an
    error of its own for a device grant without a code; `login_checks_credentials` lets a dead token stop a login;
    `new_users_updated` dates a new user's updatedTime; `every_user_has_password_type` hashes even an empty password
    by the organization's type; `always_ranks` gives every new user a ranking; `longest_name` counts the bytes that
    a user's name may have.
    Older requests: `drops_bad_pairs` reads on where a form cannot be decoded; `refuses_wrong_basic`;
    `query_names_object` lets the query's `id` and `organization` say what a request is about before its body and owner;
    `bodies_name_organization` takes the organization of the body for the owner of an application, token, syncer
    or webhook; `admin_objects_open` opens what `admin` owns to every org admin; `bad_id_panics`;
    `closed_paths` end the paths that newer versions open to all;
    `discovery_per_application` opens the documents of one application to all.
    Older users: `filters_users` hides what the account items hide; `keeps_hidden_fields` puts back what a viewer may
    not see instead of refusing it; `checks_name_first` looks at taken names before the account items;
    `checks_characters` refuses names with special characters; `missing_item_panics` crashes on a changed field that
    the organization has no account item for, and `missing_item_keeps` puts it back;
    `add_user_checks` wants an application, and free names, of a new user; `import_keeps_items` keeps the account
    items of a scenario; `fills_country_code`.
    Older tokens: `refresh_reads_basic`; `refresh_keeps_scope`; `refresh_outlives_logout`;
    `empty_refresh_finds_a_token`; `introspects_without_hint`; `introspect_refuses_client` answers a wrong client
    with `invalid_client`.
    Rest: `envelope_has_data3`; `refuses_content_type`; `peers_see_private`; `userinfo_follows_token_fields`;
    `logout_redirects_alone`; `issuer_per_application`; `slash_in_deleted_name_panics`; `lists_check_sign_in`;
    `checks_owner_on_add`; `panic_status` is the HTTP status of a crash.
    """

    raw_login_body: bool
    provider_types: tuple[str, ...]
    login_updates_profile: bool
    wrong_tag_panics: bool
    refresh_beats_tag: bool
    checks_dpop: bool
    gives_default_avatar: bool
    columns_merge: bool
    camel_columns: bool
    sparse_update: bool
    owner_defaults: bool
    admin_writes_always: bool
    normalises_phone: bool
    refresh_checks_client: bool
    cuts_off: bool
    app_tokens_are_apps: bool
    phone_query_has_region: bool
    records_signin: bool
    signin_flags_password: bool
    sessions_end_cookies: bool
    refuses_content_type: bool
    peers_see_private: bool
    userinfo_follows_token_fields: bool
    logout_redirects_alone: bool
    issuer_per_application: bool
    slash_in_deleted_name_panics: bool
    lists_check_sign_in: bool
    checks_owner_on_add: bool
    knows_client_assertions: bool
    knows_device_codes: bool
    needs_device_code: bool
    login_checks_credentials: bool
    new_users_updated: bool
    every_user_has_password_type: bool
    always_ranks: bool
    longest_name: int
    drops_bad_pairs: bool
    refuses_wrong_basic: bool
    query_names_object: bool
    bodies_name_organization: bool
    admin_objects_open: bool
    bad_id_panics: bool
    closed_paths: tuple[str, ...]
    discovery_per_application: bool
    filters_users: bool
    keeps_hidden_fields: bool
    checks_name_first: bool
    checks_characters: bool
    missing_item_panics: bool
    missing_item_keeps: bool
    add_user_checks: bool
    import_keeps_items: bool
    fills_country_code: bool
    refresh_reads_basic: bool
    refresh_keeps_scope: bool
    refresh_outlives_logout: bool
    empty_refresh_finds_a_token: bool
    introspects_without_hint: bool
    introspect_refuses_client: bool
    envelope_has_data3: bool
    trims_asked_contact: bool
    panic_status: int


def read_switches(given: Json, where: str) -> dict[str, Any]:
    """Return switches with their types checked; raises ValueError for one that there is not or of another type."""
    types, switches = _switch_types(), as_object(given, where)
    for name, value in switches.items():
        if name not in types:
            raise unknown_name(where, "unknown switch", name, types)
        if not _fits(types[name], value):
            raise ValueError(f"{where}: {name} is {json.dumps(value)}; it must be {_TYPE_NAMES[types[name]]}")
    return {name: tuple(value) if isinstance(value, list) else value for name, value in switches.items()}


@cache
def _switch_types() -> dict[str, Any]:
    return get_type_hints(Switches)


def _fits(wanted: Any, value: Json) -> bool:
    if isinstance(value, list):
        return wanted == tuple[str, ...] and all(isinstance(one, str) for one in value)
    return type(value) is wanted


_TYPE_NAMES: Mapping[Any, str] = {bool: "true or false", int: "a whole number", tuple[str, ...]: "a list of texts"}
