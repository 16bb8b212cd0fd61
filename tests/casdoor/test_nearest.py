"""Promises about the version nearest to one that was not recorded: what differs is said by name."""

import pytest

from emulator.casdoor.nearest import changes_between, nearest


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param("1.217", "v1.600.0", id="the oldest that is played"),
        pytest.param("3.35.0", "classic", id="recorded"),
        pytest.param("v3.20.0", "classic", id="the last whose logins answer six keys"),
        pytest.param("v3.35.1", "v3.60.0", id="the first that answers logins in another way"),
        pytest.param("2.110.3", "v2.100.0", id="fewest changes"),
        pytest.param("4", "current", id="newer than all that was recorded"),
    ],
)
def test_the_nearest_profile_answers_logins_as_the_version_does(asked, found):
    profile, _ = nearest(asked)

    assert profile.name == found


def test_the_known_differences_are_said_by_name():
    _, sentence = nearest("3.61")

    assert sentence.splitlines() == [
        "Casdoor v3.61.0 was not recorded; nearest is profile v3.60.0; known to differ between the two:",
        "  from v3.60.1: a token of client_credentials acts as the application, before it had no rights",
    ]


def test_a_recorded_version_has_no_differences():
    _, sentence = nearest("2.100.0")

    assert sentence == "Casdoor v2.100.0 is the recorded version of profile v2.100.0"


def test_what_came_after_the_newest_recorded_version_is_not_known():
    _, sentence = nearest("3.159.0")

    assert sentence == (
        "Casdoor v3.159.0 was not recorded; nearest is profile current, which plays v3.158.0;"
        " what came after v3.158.0 is not known"
    )


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ("1.216.9", "Casdoor v1.216.9 is not played; the oldest that can be is v1.217.0"),
        ("new", "'new' is not a Casdoor version; write three numbers such as 3.158.0"),
    ],
)
def test_a_version_that_cannot_be_played_is_refused(asked, problem):
    with pytest.raises(ValueError, match="Casdoor") as raised:
        nearest(asked)

    assert str(raised.value) == problem


@pytest.mark.parametrize("pair", [("3.50.0", "3.90.0"), ("3.90.0", "3.50.0")])
def test_differences_do_not_depend_on_which_version_is_older(pair):
    texts = [one.text for one in changes_between(*pair)]

    assert texts[-1] == "400 invalid Content-Type header"
    assert "deviceSecretHash and deviceSecretExpiresIn in the token row, device_sso in discovery" in texts


def test_what_went_again_is_no_difference_of_later_versions():
    texts = [one.text for one in changes_between("3.90.0", "3.100.0")]

    assert texts == [
        "the issuer of one application is the plain origin",
        "logout with only post_logout_redirect_uri",
    ]
