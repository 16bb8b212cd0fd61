"""A whole audit: the plain logins, every trouble that the rules ask for, the verdicts."""

import time
from collections.abc import Callable, Iterable, Mapping

import emulator.audit.rules  # registers the rules
import emulator.audit.stagings  # noqa: F401  # registers the troubles
from emulator.audit.baseline import Baseline, plain_logins
from emulator.audit.canaries import Canaries
from emulator.audit.evidence import Evidence
from emulator.audit.needs import Circumstances, missing
from emulator.audit.report import Finding, Report, Text, Untold
from emulator.audit.rules.registry import RULES, Rule
from emulator.audit.stage import Stage
from emulator.audit.texts import rule_text, text
from emulator.audit.troubles import TROUBLES, Trouble
from emulator.audit.verdicts import judge
from emulator.casdoor.repositories import Applications
from emulator.scenario.model import scenario_of

#: Hears of each trouble before it is staged: its id, its number, how many there are.
Progress = Callable[[str, int, int], None]
#: The rule that a failed plain login can show by itself.
_TEXT_PLAIN = "text-plain-accepted"


def examine(
    stage: Stage,
    *,
    only: Iterable[str] = (),
    troubles: Iterable[str] = (),
    skip: Mapping[str, str],
    hints: bool = False,
    watched: bool,
    on_progress: Progress = lambda _name, _number, _count: None,
) -> Report:
    """Examine a backend and return what was found; raises NoBaseline when a plain login does not work.

    `only` are ids of rules, `troubles` of troubles (none: all), `skip` those of rules with reasons; all are known.
    With `hints` also what small apps may do without is examined. `watched` says that the app's output is seen.
    """
    begun = time.monotonic()
    rules = [one for one in RULES.values() if not only or one.id in only]
    stage.trouble = "none"
    on_progress("none", 0, 0)
    baseline = plain_logins(stage)
    if baseline.text_plain is not None:
        return _text_plain_only(stage, baseline, rules, skip)
    circumstances = Circumstances(
        description=stage.description,
        through_casdoor=stage.through_casdoor,
        watched=watched,
        knows_user=baseline.knows_user,
        has_token=baseline.has_token,
    )
    hinted = set() if hints else {one.id for one in rules if one.severity == "info" and one.id not in set(only)}
    examined = [one for one in rules if one.id not in hinted]
    due = [one for one in _due(examined, circumstances) if not troubles or one.id in troubles]
    for number, one in enumerate(due, 1):
        on_progress(one.id, number, len(due))
        stage.trouble = one.id
        try:
            one.stage(stage)
        finally:
            stage.clear()
    evidence = Evidence(
        description=stage.description,
        canaries=_canaries(stage),
        through_casdoor=stage.through_casdoor,
        watched=watched,
        all_probes=stage.probes,
        staged=["none", *(one.id for one in due)],
    )
    verdicts = judge(rules, evidence, circumstances, skip=skip, hinted=hinted, hints=hints or bool(only))
    return Report(
        app=stage.description.app,
        findings=verdicts.findings,
        passed=verdicts.passed,
        skipped=verdicts.skipped,
        not_examined=verdicts.not_examined,
        seconds=time.monotonic() - begun,
        probes=len(stage.probes),
        through_casdoor=stage.through_casdoor,
    )


def _due(rules: Iterable[Rule], circumstances: Circumstances) -> list[Trouble]:
    """Return the troubles that some rule asks for and that can be staged here, one that may shut the door last."""
    asked = {name for one in rules if not missing(one.needs, circumstances) for name in one.troubles}
    found = [
        one
        for one in TROUBLES.values()
        if asked & {"every", one.id, one.kind} and not missing(one.needs, circumstances)
    ]
    return sorted(found, key=lambda one: one.last)


def _canaries(stage: Stage) -> Canaries:
    canaries = Canaries()
    state = stage.service.world.state
    for program in scenario_of(state).miniprograms.values():
        canaries.add("appsecret", program.secret)
    for application in state.get(Applications).all():
        canaries.add("client_secret", application.client_secret)
    canaries.learn(stage.observer.calls)
    return canaries


def _text_plain_only(stage: Stage, baseline: Baseline, rules: Iterable[Rule], skip: Mapping[str, str]) -> Report:
    """Return the one finding that a login shows which works with application/json only."""
    chosen = list(rules)
    finding = Finding(
        rule=_TEXT_PLAIN,
        severity=RULES[_TEXT_PLAIN].severity,
        trouble="none",
        message=text("seen", "text-plain"),
        why=rule_text(_TEXT_PLAIN, "why", {}),
        remedy=rule_text(_TEXT_PLAIN, "remedy", {}),
        probe=baseline.text_plain,
    )
    reason = text("needs", "text-plain")
    return Report(
        app=stage.description.app,
        findings=() if _TEXT_PLAIN in skip else (finding,),
        skipped=_skipped(_TEXT_PLAIN, skip),
        not_examined=tuple(Untold(rule=one.id, reason=reason) for one in chosen if one.id != _TEXT_PLAIN),
        probes=len(stage.probes),
        through_casdoor=stage.through_casdoor,
    )


def _skipped(rule_id: str, skip: Mapping[str, str]) -> tuple[Untold, ...]:
    reason = skip.get(rule_id)
    return () if reason is None else (Untold(rule=rule_id, reason=Text(en=reason, zh=reason)),)
