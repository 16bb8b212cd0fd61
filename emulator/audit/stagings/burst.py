"""Many logins with bad codes in a row: the last thing that an audit does, because it may close a door."""

from emulator.audit.stage import Login, Stage
from emulator.audit.troubles import trouble

#: How many bad codes come; more than a person types, fewer than a small server minds.
COUNT = 40


@trouble("bad-code-burst", "other", last=True)
def _burst(stage: Stage) -> None:
    person = stage.person()
    codes = [f"{number:032x}" for number in range(1, COUNT + 1)]
    stage.row([Login(person=person, code=code, label="one of a burst") for code in codes], patient=False)
