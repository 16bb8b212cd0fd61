"""Promises about versions: a folder of tables is one, whoever wrote it, and a mistake in it is named."""

import json
import re
from base64 import b64encode
from dataclasses import fields

import pytest

from emulator.casdoor.repositories import Applications
from emulator.casdoor.switches import Switches
from emulator.casdoor.versions import PROFILES, Profile, load, newest
from emulator.core.tables import table_folder
from emulator.journal.notes import catalogue

DOCS_CLIENT = "6825f4f0af45554c8952"
LISTED = ["docs", "classic", "current", "v3.100.0", "v3.60.0", "v2.100.0", "v1.600.0"]
RECORDED = sorted(one.name for one in table_folder("casdoor").iterdir() if one.is_dir())
#: A version that differs from the recorded one in a field, a header, a switch and a text.
ABOUT = {"based_on": "v3.158.0", "switches": {"raw_login_body": False}}
DIFFERENCES = {
    "user": {"without": ["karma"]},
    "headers": {"set": {"Server": "beegoServer:9.9.9"}},
    "texts.login_first": {"set": {"en": "Please log in before that"}},
}


@pytest.fixture(name="folder")
def fixture_folder(tmp_path):
    """Write the files of a version, by default the one that differs in four things; return its folder."""

    def write(name="v9.0.0", about=ABOUT, differences=DIFFERENCES, **tables):
        folder = tmp_path / name
        folder.mkdir()
        for file, content in {"version": about, "differences": differences, **tables}.items():
            text = content if isinstance(content, str) else json.dumps(content)
            folder.joinpath(f"{file}.json").write_text(text, "utf-8")
        return folder

    return write


@pytest.fixture(name="made_up")
def fixture_made_up(folder, casdoor):
    """A Casdoor that plays the version of the folder."""
    profile = Profile(name="made-up", version=load(folder()), en="made up", zh="虚构")
    with PROFILES.adding(profile):
        yield casdoor(profile="made-up")


def played(server):
    """Show of a Casdoor what the version made up differs in: a field, a header, a switch, a text."""
    login = server.login().get_json()
    account = server.get("/api/get-account", login.get("access_token") or login["accessToken"])
    return (
        "karma" in account.get_json()["data"],
        account.headers["Server"],
        sorted(login)[0],
        server.get("/api/get-account").get_json()["msg"],
    )


def test_a_world_plays_a_version_from_any_folder(made_up):
    shown = played(made_up)

    assert shown == (False, "beegoServer:9.9.9", "access_token", "Please log in before that")


def test_a_version_leaves_the_one_it_is_based_on_alone(made_up, casdoor):
    made_up.login()

    assert played(casdoor(profile="current")) == (True, "beegoServer:2.0.0", "accessToken", "Please login first")


def test_rows_keep_the_fields_that_the_version_played_does_not_show(made_up):
    token = made_up.token()
    before = made_up.get("/api/get-account", token).get_json()["data"]
    made_up.world.state.profile = "current"

    after = made_up.get("/api/get-account", token).get_json()["data"]

    assert list(after) == list(newest().shape("user"))
    assert set(after) - set(before) == {"karma"}


def test_a_version_is_named_by_its_folder(made_up):
    application = made_up.world.state.get(Applications).find_client(DOCS_CLIENT)
    credentials = f"{DOCS_CLIENT}:{application.text('clientSecret')}".encode()

    reply = made_up.get("/api/get-version-info", Authorization=f"Basic {b64encode(credentials).decode()}")

    assert reply.get_json()["data"] == {"version": "v9.0.0", "commitId": "", "commitOffset": 0}


def test_a_profile_is_known_as_long_as_it_is_added(folder):
    with PROFILES.adding(Profile(name="made-up", version=load(folder()), en="", zh="")):
        during = list(PROFILES)

    assert (during, list(PROFILES)) == ([*LISTED, "made-up"], LISTED)


def test_no_profile_takes_the_name_of_another():
    with (
        pytest.raises(ValueError, match="there is a profile 'docs' already"),
        PROFILES.adding(PROFILES["docs"]),
    ):
        pass


def test_fields_that_only_a_version_has_stand_where_it_has_them(folder):
    more = {"user": {"with": {"accessKey": {"value": "", "after": "hash"}, "last": {"value": 0}}}}

    names = list(load(folder(differences=more)).shape("user"))

    at = names.index("hash")
    assert (names[at + 1], names[-1], len(names)) == ("accessKey", "last", len(newest().shape("user")) + 2)


def test_rows_of_a_list_are_told_apart_by_their_names(folder):
    item = {"name": "Access key", "visible": True}
    version = load(
        folder(
            differences={
                "account_items": {"without": ["Bio"], "with": {"Access key": {"value": item, "after": "Organization"}}},
                "multi_factor_auths": {"without": ["radius", "push"]},
            }
        )
    )

    items = [row.name for row in version.tables.rows("account_items")]
    kinds = [row.text("mfaType") for row in version.tables.rows("multi_factor_auths")]
    assert (items[:2], "Bio" in items, kinds) == (["Organization", "Access key"], False, ["sms", "email", "app"])


def test_a_table_of_its_own_takes_the_place_of_the_other(folder):
    version = load(folder(differences={}, headers={"Server": "nginx"}))

    assert version.server == "nginx"


def test_a_version_may_be_based_on_one_that_is_based_on_another(folder):
    version = load(folder(about={"based_on": "v3.35.0", "switches": {"panic_status": 200}}, differences={}))

    assert (version.panic_status, version.columns_merge, "uidNumber" in version.shape("user")) == (200, False, False)


@pytest.mark.parametrize("name", RECORDED)
def test_every_recorded_version_is_whole(name):
    version = load(table_folder("casdoor", name))

    assert version.name == name


def test_a_recorded_version_has_no_field_that_no_row_has_but_two_keys_that_are_always_empty():
    versions = [load(table_folder("casdoor", name)) for name in RECORDED]

    other = {field for one in versions for field in one.shape("user")} - set(newest().shape("user"))
    assert other == {"accessKey", "accessSecret"}


@pytest.mark.parametrize("name", RECORDED)
def test_every_recorded_version_is_a_profile_by_its_name(name):
    profile = PROFILES[name]

    assert (profile.played.name, profile.leniencies) == (name, ())


@pytest.mark.parametrize("version", RECORDED)
def test_docs_stands_on_any_recorded_version(version):
    profile = PROFILES[f"docs@{version}"]

    assert (profile.version.name, profile.leniencies) == (version, PROFILES["docs"].leniencies)
    assert profile.played.sparse_update
    assert version in profile.en


@pytest.mark.parametrize(
    "name", ["docs@", "docs@v9.9.9", "current@v2.100.0", "@v2.100.0x", "nobody@v2.100.0", "v2.100"]
)
def test_no_other_name_is_a_profile(name):
    assert name not in PROFILES


def test_docs_on_an_old_version_shows_its_shapes_and_takes_a_sparse_update(casdoor):
    server = casdoor(profile="docs@v2.100.0")
    token = server.token()
    user = server.get("/api/get-account", token).get_json()["data"]

    reply = server.post(
        "/api/update-user", {"owner": user["owner"], "name": user["name"], "displayName": "Alice"}, token
    )

    assert (len(user), reply.get_json()["data"]) == (167, "Affected")


def test_every_leniency_is_a_note_and_turns_a_switch():
    docs = PROFILES["docs"]

    turned = [one.name for one in fields(Switches) if getattr(docs.played, one.name) != getattr(docs.version, one.name)]
    assert [catalogue()[one].kind for one in docs.leniencies] == ["leniency"] * 5
    assert len(turned) == len(docs.leniencies)


MISTAKES = {
    "not an object": ({"about": []}, "version.json: [] must be an object"),
    "an unknown key": ({"about": {"basedon": "v3.158.0"}}, "version.json: unknown 'basedon'; did you mean 'based_on'?"),
    "an unknown base": (
        {"about": {"based_on": "v3.1"}},
        "version.json: based_on: there is no recorded version 'v3.1'; did you mean 'v3.158.0'?",
    ),
    "an unknown switch": (
        {"about": ABOUT | {"switches": {"raw_login_bodi": True}}},
        "version.json: switches: unknown switch 'raw_login_bodi'; did you mean 'raw_login_body'?",
    ),
    "a switch of another type": (
        {"about": ABOUT | {"switches": {"raw_login_body": "no"}}},
        'version.json: switches: raw_login_body is "no"; it must be true or false',
    ),
    "a list of other things": (
        {"about": ABOUT | {"switches": {"provider_types": [1]}}},
        "version.json: switches: provider_types is [1]; it must be a list of texts",
    ),
    "switches that are no object": (
        {"about": ABOUT | {"switches": [1]}},
        "version.json: switches: [1] must be an object",
    ),
    "a missing switch": (
        {"about": {}},
        "version.json: switches: 'raw_login_body' is missing; a version that is not based on another has all",
    ),
    "a bad name": ({"name": "newer"}, "version.json: 'newer' is not a version; write one such as v3.158.0"),
    "an unknown table": (
        {"differences": {"users": {"without": ["karma"]}}},
        "differences.json: unknown table 'users'; did you mean 'user'?",
    ),
    "an unknown part": (
        {"differences": {"masks.applications": {"without": ["cert"]}}},
        "differences.json: masks.applications: there is no part 'applications'; did you mean 'application'?",
    ),
    "an unknown change": (
        {"differences": {"user": {"withuot": ["karma"]}}},
        "differences.json: user: unknown 'withuot'; did you mean 'without'?",
    ),
    "a misspelt field": (
        {"differences": {"user": {"without": ["uidNumbr"]}}},
        "differences.json: user: without: there is no 'uidNumbr'; did you mean 'uidNumber'?",
    ),
    "a text for a list": (
        {"differences": {"user": {"without": "karma"}}},
        'differences.json: user: without: "karma" must be a list of texts',
    ),
    "a value of nothing": (
        {"differences": {"headers": {"set": {"X-Powered-By": "PHP"}}}},
        "differences.json: headers: set: there is no 'X-Powered-By'; allowed: Server",
    ),
    "a value of another type": (
        {"differences": {"headers": {"set": {"Server": 2}}}},
        'differences.json: headers: set: Server: 2 must be of the same type as "beegoServer:2.0.0"',
    ),
    "a field that is there": (
        {"differences": {"user": {"with": {"karma": {"value": 0}}}}},
        "differences.json: user: with: there is a 'karma' already; write it under 'set'",
    ),
    "after nothing": (
        {"differences": {"user": {"with": {"x": {"value": 0, "after": "karmaa"}}}}},
        "differences.json: user: with: x: after: there is no 'karmaa'; did you mean 'karma'?",
    ),
    "an unknown file": (
        {"user_field": {}},
        "user_field.json: not a file of a version; did you mean 'user_fields.json'?",
    ),
    "texts that lack one": ({"texts": {}}, ": table texts must have a part 'unauthorized', as the base's has"),
    "a list for an object": ({"user": []}, ": table user must be an object, as the base's is"),
}


@pytest.mark.parametrize(("files", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_with_its_file_and_what_is_allowed(folder, tmp_path, files, message):
    with pytest.raises(ValueError) as raised:  # noqa: PT011  # the whole message is compared
        load(folder(**files))

    name = tmp_path / files.get("name", "v9.0.0")
    assert str(raised.value) == f"{name}{message if message.startswith(':') else '/' + message}"


@pytest.mark.parametrize(
    ("files", "place"),
    [
        pytest.param({"about": '{"based_on" "v3.158.0"}'}, "version.json:1:13", id="version"),
        pytest.param({"differences": "{\n  user\n}"}, "differences.json:2:3", id="differences"),
        pytest.param({"user": "{\n"}, "user.json:2:1", id="table"),
    ],
)
def test_what_is_not_json_is_named_with_its_line(folder, tmp_path, files, place):
    with pytest.raises(ValueError, match=f"^{re.escape(f'{tmp_path}/v9.0.0/{place}')}: not JSON: "):
        load(folder(**files))


def test_a_folder_without_a_version_file_is_not_a_version(tmp_path):
    with pytest.raises(ValueError, match=r"version\.json: there is no such file$"):
        load(tmp_path)
