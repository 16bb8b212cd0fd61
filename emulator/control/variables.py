"""The variables of the environment by which programs find a world and the names in it."""

from emulator.casdoor.repositories import Applications
from emulator.scenario.model import scenario_of
from emulator.world.state import State

_ADDRESSES = ("CASDOOR_HOSTNAME", "CASDOOR_ENDPOINT", "WECHAT_API_BASE", "MOCKDOOR_URL")


def addresses_of(url: str) -> dict[str, str]:
    """Return the variables that name the server's address."""
    return dict.fromkeys(_ADDRESSES, url)


def names_of(state: State) -> dict[str, str]:
    """Return the names and secrets of a world, those of its first application and its first mini program."""
    found = {}
    application = next(iter(state.get(Applications).all()), None)
    if application is not None:
        found = {
            "CASDOOR_CLIENT_ID": application.client_id,
            "CASDOOR_CLIENT_SECRET": application.client_secret,
            "CASDOOR_ORGANIZATION": application.organization,
            "CASDOOR_APPLICATION": application.name,
        }
    program = next(iter(scenario_of(state).miniprograms.values()), None)
    if program is not None:
        found |= {"WECHAT_APPID": program.appid, "WECHAT_SECRET": program.secret}
    return found
