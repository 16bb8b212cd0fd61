"""What a reply to a login means, and whom it names, as the description reads it."""

from emulator.audit.description import Description
from emulator.audit.probe import Outcome, Probe
from emulator.audit.sessions import USER_IDS, usual, value_at
from emulator.runner.results import Received


def outcome_of(description: Description, received: Received) -> Outcome:
    """Read a reply to a login as the description does."""
    unavailable = _is_unavailable(description, received)
    if description.login.success.matches(received):
        return "success"
    if description.refused.matches(received) and not unavailable:
        return "refused"
    return "unavailable" if unavailable else "other"


def _is_unavailable(description: Description, received: Received) -> bool:
    if description.unavailable is not None:
        return description.unavailable.matches(received)
    return received.status >= 500 or received.status == 429


def name_user(description: Description, probe: Probe, received: Received) -> bool:
    """Note in a probe whom a reply names; return whether the user's id is known now."""
    path = description.user_id
    found = [value_at(path, received)] if path else usual(USER_IDS, received)
    if found and found[0] is not None:
        probe.user_id = str(found[0])
    if description.openid:
        probe.openid = str(value_at(description.openid, received) or probe.openid)
    return bool(probe.user_id)
