"""Promises about the typed views: they read the fields that Casdoor has, and only those that are declared."""

import json
import re
from datetime import UTC, datetime

import pytest
from mypy import api

from emulator.casdoor.defaults import complete_cert, shape
from emulator.casdoor.repositories import Applications, Certs, Organizations, Providers
from emulator.casdoor.user_repository import Users
from emulator.casdoor.versions import newest
from emulator.casdoor.views import (
    AccountItem,
    Application,
    Cert,
    Organization,
    Provider,
    SignupItem,
    TokenAttribute,
    User,
)
from emulator.control import snapshot
from emulator.core.json_object import Field, FlagField, JsonObject, NumberField, RowField, TextField

#: Every view, and an object of its kind with all its fields.
WHOLE = {
    User: shape("user"),
    Organization: shape("organization"),
    Application: shape("application"),
    Provider: shape("provider"),
    Cert: complete_cert(JsonObject(), now=datetime(2026, 1, 1, tzinfo=UTC)),
    AccountItem: newest().tables.rows("account_items")[0],
    SignupItem: shape("signup_item"),
    TokenAttribute: JsonObject(name="", category="", type="", value=""),
}
#: The attributes that say something else than the field's own name: `id` is `owner/name` in every object.
RENAMED = {"user_id": "id"}


def fields_of(view):
    return {name: field for name, field in vars(view).items() if isinstance(field, Field)}


FIELDS = [
    pytest.param(view, name, id=f"{view.__name__}.{name}")
    for view in sorted(WHOLE, key=str)
    for name in fields_of(view)
]


@pytest.mark.parametrize(("view", "name"), FIELDS)
def test_a_field_is_one_of_casdoors(view, name):
    assert getattr(view, name).name in WHOLE[view]


@pytest.mark.parametrize(("view", "name"), FIELDS)
def test_an_attribute_is_named_after_its_field(view, name):
    camel = re.sub(r"_(\w)", lambda found: found[1].upper(), name)

    assert getattr(view, name).name == RENAMED.get(name, camel)


@pytest.mark.parametrize(("view", "name"), FIELDS)
def test_a_field_reads_as_the_type_that_casdoor_stores(view, name):
    stored = WHOLE[view][getattr(view, name).name]

    read = getattr(view(WHOLE[view]), name)

    assert read == ([] if stored is None else stored)


@pytest.mark.parametrize(("view", "name"), FIELDS)
@pytest.mark.parametrize("stored", [{}, None, [7]], ids=["missing", "null", "of another type"])
def test_a_field_without_its_value_reads_as_the_zero_value(view, name, stored):
    field = getattr(view, name)
    zeros = {TextField: "", FlagField: False, NumberField: 0, RowField: {}}

    row = view(stored) if stored == {} else view({field.name: stored})

    assert getattr(row, name) == zeros.get(type(field), [])


def test_the_rows_of_a_field_are_views_too():
    organization = Organization(accountItems=[{"name": "Avatar", "viewRule": "Self"}])

    assert [(type(item), item.name, item.view_rule) for item in organization.account_items] == [
        (AccountItem, "Avatar", "Self")
    ]


def test_a_view_is_the_object_itself():
    stored = {"owner": "test", "name": "alice", "id": "7f3c", "displayName": "Alice", "karma": 3}

    user = User(stored)

    assert (user.id, user.user_id, user.display_name) == ("test/alice", "7f3c", "Alice")
    assert json.dumps(user) == json.dumps(stored)


@pytest.mark.parametrize("name", ["displayName", "dispaly_name", "karma"])
def test_a_field_that_is_not_declared_cannot_be_read(name):
    with pytest.raises(AttributeError, match=f"'User' object has no attribute '{name}'"):
        getattr(User(shape("user")), name)


@pytest.mark.parametrize("name", ["display_name", "dispaly_name"])
def test_nothing_is_written_through_a_view(name):
    user = User(displayName="Alice")

    with pytest.raises(AttributeError):
        setattr(user, name, "Bob")

    assert user == {"displayName": "Alice"}


def kinds_of(state):
    held = (Organizations, Applications, Providers, Certs, Users)
    return [{type(row) for row in state.get(repository).all()} for repository in held]


def test_a_world_holds_views_and_holds_them_again_once_restored(world, client):
    users = world.state.get(Users)
    declared = len(users)
    client.post(
        "/api/login/oauth/access_token",
        data={"tag": "wechat_miniprogram", "client_id": "6825f4f0af45554c8952", "code": "alice"},
    )
    assert len(users) == declared + 1
    views = [{Organization}, {Application}, {Provider}, {Cert}, {User}]
    assert kinds_of(world.state) == views

    snapshot.restore(world, json.loads(snapshot.dump(snapshot.take(world))))

    assert kinds_of(world.state) == views


def test_mypy_knows_the_fields_and_their_types(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "from emulator.casdoor.views import Application, Organization, User\n"
        "name: str = User().display_name\n"
        "rules: list[str] = [item.view_rule for item in Organization().account_items]\n"
        "hours: float = Application().expire_in_hours\n"
        "User().dispaly_name\n"
        "Organization().account_items[0].viewRule\n"
        "admin: str = User().is_admin\n"
        "User().display_name = 'Bob'\n"
    )

    report, errors, _ = api.run(["--cache-dir", str(tmp_path), "--no-error-summary", str(program)])

    assert re.findall(r"program\.py:(\d+): error: .*\[([\w-]+)\]", report) == [
        ("5", "attr-defined"),
        ("6", "attr-defined"),
        ("7", "assignment"),
        ("8", "assignment"),
    ], (report, errors)
