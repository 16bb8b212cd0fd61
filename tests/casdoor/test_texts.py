"""Casdoor's messages in the languages it knows: facts/casdoor.md 8 and 11.8."""

import re

import pytest

from emulator.casdoor.versions import newest

LANGUAGES = {"en", "zh", "ja", "de", "es", "fr", "pl", "pt", "tr", "uk", "vi"}
TEXTS = newest().tables.object("texts")


@pytest.mark.parametrize("key", TEXTS)
def test_a_message_exists_in_every_language_of_casdoor(key):
    assert TEXTS[key].keys() == LANGUAGES


@pytest.mark.parametrize("key", TEXTS)
def test_a_message_takes_the_same_values_in_the_same_order_in_every_language(key):
    # Go fills `%s` by position, so a translation cannot turn the values round.
    places = {language: re.findall(r"\{(\w+)\}", entry) for language, entry in TEXTS[key].items()}

    assert places == dict.fromkeys(LANGUAGES, places["en"])


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("de", "Der Benutzer test/x existiert nicht"),
        ("pt", "O usuário: test/x não existe"),
        ("vi", "Người dùng: test/x không tồn tại"),
        ("pl", "Użytkownik: test/x nie istnieje"),
        ("tr", "Kullanıcı: test/x bulunamadı"),
        ("uk", "Користувач: test/x не існує"),
    ],
)
def test_a_message_comes_in_the_language_that_was_asked_for(language, message):
    assert newest().text("no_user", language, id="test/x") == message


@pytest.mark.parametrize("language", ["ru", "ko", "it", "xx", "DE"])
def test_a_language_that_casdoor_lacks_gives_english(language):
    assert newest().text("login_first", language) == "Please login first"


@pytest.mark.parametrize("header", ["fr", "fr-FR,fr;q=0.9,en;q=0.8", "fr_CA"])
def test_a_controller_speaks_the_language_that_the_header_begins_with(casdoor, header):
    reply = casdoor("current").get("/api/get-account", **{"Accept-Language": header}).get_json()

    assert (reply["msg"], reply["data"]) == ("Veuillez d'abord vous connecter", "Please login first")


@pytest.mark.parametrize(
    ("header", "by_filter", "by_controller"),
    [
        ("de", "de", "de"),
        (" de\t", "de", "de"),
        ("de-DE,de;q=0.9", "en", "de"),
        ("zh_CN", "en", "zh"),
        ("pt-BR", "en", "pt"),
        ("en;q=0.1,de", "en", "en"),
        ("DE", "en", "en"),
        ("nu", "en", "en"),
        ("ru", "en", "en"),
        ("*", "en", "en"),
        ("", "en", "en"),
        ("d", "en", "en"),
    ],
)
def test_a_filter_needs_the_bare_language_and_a_controller_its_first_two_letters(
    casdoor, header, by_filter, by_controller
):
    server = casdoor("current")

    filtered = server.get("/api/get-users?owner=test", **{"Accept-Language": header}).get_json()
    controlled = server.get("/api/get-account", **{"Accept-Language": header}).get_json()

    assert (filtered["msg"], controlled["msg"]) == (
        newest().text("unauthorized", by_filter),
        newest().text("login_first", by_controller),
    )


def test_of_the_oauth_errors_one_is_translated(casdoor):
    server = casdoor("current")
    headers = {"Accept-Language": "de"}

    refused = server.client.post("/api/login/oauth/refresh_token", data={"client_id": "x"}, headers=headers)
    unknown = server.client.post("/api/login/oauth/access_token", data={"client_id": "x"}, headers=headers)

    assert [one.get_json()["error_description"] for one in (refused, unknown)] == [
        newest().text("bad_client", "de"),
        "client_id is invalid",
    ]
