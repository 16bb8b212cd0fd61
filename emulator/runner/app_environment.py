"""The variables that lead an app under test to the emulator."""

from emulator.casdoor.repositories import Applications
from emulator.scenario.model import scenario_of
from emulator.world.world import World


def app_environment(url: str, world: World) -> dict[str, str]:
    """Return the address of an emulator at `url`, and the names and secrets of its world."""
    found = dict.fromkeys(("CASDOOR_HOSTNAME", "CASDOOR_ENDPOINT", "WECHAT_API_BASE", "MOCKDOOR_URL"), url)
    application = next(iter(world.state.get(Applications).all()), None)
    if application is not None:
        found |= {
            "CASDOOR_CLIENT_ID": application.client_id,
            "CASDOOR_CLIENT_SECRET": application.client_secret,
            "CASDOOR_ORGANIZATION": application.organization,
            "CASDOOR_APPLICATION": application.name,
        }
    program = next(iter(scenario_of(world.state).miniprograms.values()), None)
    if program is not None:
        found |= {"WECHAT_APPID": program.appid, "WECHAT_SECRET": program.secret}
    return found
