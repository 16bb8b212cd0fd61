"""The means of an audit: people, codes, faults, logins and what they caused."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from emulator.audit.description import Call as DescribedCall
from emulator.audit.description import Description
from emulator.audit.observer import Call, Observer
from emulator.audit.outcomes import name_user
from emulator.audit.probe import Probe, Session
from emulator.audit.sending import Ready, deliver, retry_after
from emulator.control.service import ControlService
from emulator.scenario.model import Persona

#: What a login says of its person unless a trouble says otherwise.
NICKNAME = "小明"
AVATAR = "https://example.com/avatar.png"
#: Seconds that a `Retry-After` of the backend is waited for at most, and how often.
_MAX_RETRY_AFTER, _RETRIES = 15.0, 4


class App(Protocol):
    """The backend that is examined."""

    url: str

    def mark(self) -> int:
        """Return how much it has printed so far."""

    def printed(self, mark: int) -> str:
        """Return what it has printed since; empty where nobody sees that."""


@dataclass(frozen=True, kw_only=True)
class Login:
    """One login to make: of a person (default: a new one) with a code (default: a fresh one).

    `names` fill the request beside the usual ones, `request` stands in for the described one.
    """

    person: str = ""
    code: str | None = None
    label: str = ""
    names: Mapping[str, Any] = field(default_factory=dict)
    request: Mapping[str, Any] | None = None
    session: Session | None = None


class Stage:
    """One backend under examination, and everything that was seen of it so far.

    `ready` is the path at which the app says that it runs, empty where that is not known. `through_casdoor` is known
    once the first login was made.
    """

    def __init__(
        self,
        *,
        description: Description,
        service: ControlService,
        observer: Observer,
        app: App,
        variables: Mapping[str, Any],
        ready: str = "",
    ) -> None:
        self.description = description
        self.limits = description.limits
        self.service = service
        self.observer = observer
        self.app = app
        self.variables = variables
        self.ready = ready
        self.probes: list[Probe] = []
        self.trouble = "none"
        self.through_casdoor = False
        self._people = 0

    # People and codes

    def person(self, **fields: Any) -> str:
        """Let somebody new have a WeChat account; return the name."""
        self._people += 1
        name = f"audit-{self._people}"
        self.service.put_persona(Persona(name=name, **fields))
        return name

    def code(self, person: str, *, appid: str = "") -> str:
        """Play wx.login."""
        return self.service.issue_login_code(persona=person, appid=appid).code

    def phone_code(self, person: str) -> str:
        """Play the getPhoneNumber button."""
        return self.service.issue_phone_code(persona=person).code

    # Troubles

    @property
    def exchange(self) -> str:
        """The operation that exchanges login codes for this backend."""
        return "casdoor.login" if self.through_casdoor else "wechat.code2session"

    def fault(self, at: str, **fields: Any) -> None:
        """Plan a fault, written as in a scenario; `for_` stands for `for`."""
        self.service.plan_fault({"at": at} | {name.removesuffix("_"): value for name, value in fields.items()})

    def clear(self) -> None:
        """Lift every fault."""
        self.service.lift_faults()

    # Logins

    def login(self, given: Login = Login(), /, *, patience: float | None = None) -> Probe:  # frozen
        """Log in once, wait until nothing more comes of it, and keep what was seen."""
        mark, printed = self.observer.mark(), self.app.mark()
        ready = self._prepared(given)
        probe = self._patient(ready, patience)
        self.settle(mark)
        probe.calls = self.observer.since(mark)
        probe.output = self.app.printed(printed)
        self.probes.append(probe)
        if probe.outcome != "success" and (probe.session.token or probe.session.cookies):
            probe.opens = bool(self.is_logged_in(probe))
        return probe

    def row(self, logins: Sequence[Login], *, patient: bool = True) -> list[Probe]:
        """Log in several times, one after the other, and wait only then until nothing more comes of it.

        Each probe has the calls that came until the next login, and the whole output. With `patient`, a limit of the
        backend is waited for.
        """
        first, printed = self.observer.mark(), self.app.mark()
        ready = [self._prepared(one) for one in logins]
        probes, marks = list[Probe](), list[int]()
        for one in ready:
            marks.append(self.observer.mark())
            probes.append(self._patient(one, None) if patient else self._send(one, None))
        self.settle(first)
        calls, output = self.observer.since(first), self.app.printed(printed)
        for probe, begin, end in zip(probes, marks, [*marks[1:], first + len(calls)], strict=True):
            probe.calls, probe.output = calls[begin - first : end - first], output
        self.probes += probes
        return probes

    def crowd(self, logins: Sequence[Login], *, during: Callable[[], None] | None = None) -> list[Probe]:
        """Log in several times at the same moment; `during` is done half a second after that.

        Each probe has the calls that carried its code; every one has the whole output.
        """
        mark, printed = self.observer.mark(), self.app.mark()
        ready = [self._prepared(one) for one in logins]
        barrier, found = threading.Barrier(len(ready) + 1), dict[int, Probe]()

        def one(index: int) -> None:
            barrier.wait()
            found[index] = self._send(ready[index], None)

        threads = [threading.Thread(target=one, args=(index,), daemon=True) for index in range(len(ready))]
        for thread in threads:
            thread.start()
        barrier.wait()
        if during is not None:
            time.sleep(0.5)
            during()
        for thread in threads:
            thread.join()
        self.settle(mark)
        calls, output = self.observer.since(mark), self.app.printed(printed)
        probes = [found[index] for index in sorted(found)]
        for probe in probes:
            probe.calls = [call for call in calls if call.code == probe.code]
            probe.output, probe.is_alone = output, False
        self.probes += probes
        return probes

    def ask(
        self, call: DescribedCall, session: Session, *, label: str, request: Mapping[str, Any] | None = None
    ) -> Probe:
        """Send a described call other than the login, as a client with this session, and keep what was seen."""
        mark, printed = self.observer.mark(), self.app.mark()
        unknown = dict.fromkeys(("token", *self.description.capture), "")
        names = unknown | self._names(session.names)
        probe = self._send(Ready(request or call.request, names, "", label, session), None)
        probe.is_login = False
        probe.outcome = "success" if call.success.matches(probe.received) else "other"
        self.settle(mark)
        probe.calls, probe.output = self.observer.since(mark), self.app.printed(printed)
        self.probes.append(probe)
        return probe

    def is_logged_in(self, probe: Probe) -> bool | None:
        """Return whether what a login left with the client opens `logged_in`; None where that is not described."""
        call = self.description.logged_in
        if call is None:
            return None
        return self.ask(call, probe.session, label=f"{probe.label} → logged_in").outcome == "success"

    def identify(self, probe: Probe) -> str:
        """Find out as whom a login succeeded, from its reply or from `logged_in`; return the user's id, else empty."""
        if probe.outcome != "success":
            return ""
        received = [probe.received]
        if not name_user(self.description, probe, received[0]) and self.description.logged_in is not None:
            received.append(self.ask(self.description.logged_in, probe.session, label="who is it").received)
            name_user(self.description, probe, received[-1])
        return probe.user_id

    def settle(self, mark: int) -> None:
        """Wait until nothing more comes of what was sent."""
        quiet = self.limits.quiet.total_seconds()
        self.observer.wait_until_quiet(mark, quiet=quiet, longest=max(5.0, 4 * quiet))

    def until_gone(self, calls: Sequence[Call], *, until: float) -> None:
        """Wait until the callers of all these calls have left, up to a moment of the monotonic clock."""
        while any(one.gone_at is None for one in calls) and time.monotonic() < until:
            time.sleep(0.05)

    def recovers(self) -> Probe:
        """Lift every fault and log in with new codes until that succeeds or the time for it is up."""
        self.clear()
        end, tries = time.monotonic() + self.limits.recover.total_seconds(), 0
        while True:
            tries += 1
            probe = self.login(Login(label="recovery"))
            if probe.outcome == "success" or (tries > 1 and time.monotonic() > end):
                return probe
            if tries > 1:
                time.sleep(2.0)

    def of(self, *troubles: str) -> list[Probe]:
        """Return the probes of some troubles."""
        return [one for one in self.probes if one.trouble in troubles]

    def _prepared(self, given: Login) -> Ready:
        request = given.request or self.description.login.request
        person = given.person or self.person()
        names = self._names({"person": person, "nickname": NICKNAME, "avatar": AVATAR})
        code = self.code(person) if given.code is None else given.code
        names |= {"code": code}
        if self.description.has_phone and "phone_code" not in given.names:
            names["phone_code"] = self.phone_code(person)
        if self.description.has_encrypted_data and "encrypted_data" not in given.names:
            names |= self.encrypted(person)
        names |= given.names
        return Ready(request, names, person, given.label, given.session or Session())

    def encrypted(self, person: str) -> dict[str, str]:
        """Play the phone button of older pages: return encryptedData and its company under the names of a request."""
        info = self.service.hand_out_user_info(persona=person, kind="getPhoneNumber")
        found = {"encrypted_data": info.encrypted_data, "iv": info.iv}
        return found | {"raw_data": getattr(info, "raw_data", ""), "signature": getattr(info, "signature", "")}

    def _names(self, more: Mapping[str, Any]) -> dict[str, Any]:
        return {**self.variables, **more}

    def _patient(self, ready: Ready, patience: float | None) -> Probe:
        """Send a login; one that a limit of the backend refuses is sent again when the backend says so."""
        for _ in range(_RETRIES):
            mark = self.observer.mark()
            probe = self._send(ready, patience)
            wait = retry_after(probe.received) if probe.status == 429 and self.observer.mark() == mark else None
            if wait is None:
                break
            time.sleep(min(wait, _MAX_RETRY_AFTER))
        return probe

    def _send(self, ready: Ready, patience: float | None) -> Probe:
        longest = patience or self.limits.error.total_seconds() + 1
        return deliver(ready, self.description, to=self.app.url, trouble=self.trouble, patience=longest)
