"""How a world is put together: the repositories of every room, over a scenario."""

from emulator.casdoor.repositories import OBJECT_TABLES, Applications, Certs, Organizations, Providers
from emulator.casdoor.sessions import Sessions
from emulator.casdoor.signin_sessions import SigninSessions
from emulator.casdoor.token_repository import Tokens
from emulator.casdoor.user_repository import Users
from emulator.control.events import ControlEvents
from emulator.core.limits import Limits
from emulator.faults.plan import Faults
from emulator.journal.journal import Journal
from emulator.scenario.model import Scenario
from emulator.wechat.access_tokens import AccessTokens
from emulator.wechat.login_codes import LoginCodes
from emulator.wechat.payments import Payments
from emulator.wechat.personas import Personas
from emulator.wechat.phone_codes import PhoneCodes
from emulator.wechat.secrets import SecretArrivals
from emulator.wechat.session_keys import SessionKeys
from emulator.wechat.subscribe_messages import Permits, SubscribeMessages
from emulator.wechat.web_logins import WebLogins
from emulator.world.clock import WallClock
from emulator.world.repository import Repository
from emulator.world.world import World

#: What a state consists of; each may look at those before it when it is made.
REPOSITORIES: tuple[type[Repository], ...] = (
    Faults,
    Journal,
    ControlEvents,
    Personas,
    LoginCodes,
    SessionKeys,
    AccessTokens,
    PhoneCodes,
    Permits,
    SubscribeMessages,
    Payments,
    SecretArrivals,
    WebLogins,
    Organizations,
    Applications,
    Providers,
    Certs,
    *OBJECT_TABLES,
    Users,
    Tokens,
    Sessions,
    SigninSessions,
)


def open_world(
    scenario: Scenario,
    *,
    wall: WallClock,
    name: str = "main",
    profile: str | None = None,
    limits: Limits | None = None,
) -> World:
    """Return a world of a scenario; `wall` reads the machine's clock where the scenario's time runs."""
    return World(scenario, wall=wall, kinds=REPOSITORIES, name=name, profile=profile, limits=limits)
