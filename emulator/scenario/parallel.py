"""What `parallel` may hold beyond the schema."""

from collections.abc import Iterator, Mapping
from typing import Any

from emulator.scenario.document import Entry, suggest

#: Steps that send one request, which can be sent at the same moment.
REQUEST_KINDS = ("login", "code2session", "request", "refresh", "update_user", "get_account")
#: More requests at once are refused.
MAX_PARALLEL = 64
#: What is expected of a group; the first three by numbers.
GROUP_KEYS = ("exactly", "at_least", "at_most", "all")


def parallel_problems(step: Mapping[str, Any]) -> Iterator[tuple[Any, str, str]]:
    """Yield what is wrong with a `parallel` step: the mapping, the key in it, the message."""
    for inner in step["parallel"]:
        yield from _inner_problems(inner)
    for key in ("capture", "retry"):
        if key in step:
            yield (
                step,
                key,
                f"{key!r} stands at the steps inside of parallel, not at the group"
                if key == "capture"
                else ("a parallel group cannot be tried again"),
            )
    expected = step.get("expect", {})
    for key in expected:
        if key not in GROUP_KEYS:
            yield (
                expected,
                key,
                f"of a parallel group is expected {', '.join(GROUP_KEYS)}; {key!r} goes below one of them",
            )
    for how in GROUP_KEYS[:3]:
        for number in expected.get(how, {}):
            if not (number.isascii() and number.isdecimal()):
                yield expected[how], number, f"expected a number of replies such as 1, got {number!r}"


def group_keys_elsewhere(step: Mapping[str, Any]) -> Iterator[tuple[Any, str, str]]:
    """Yield the expectations over a group that stand at a step that is none."""
    expected = step.get("expect", {})
    for key in GROUP_KEYS:
        if key in expected:
            yield expected, key, f"{key!r} is expected of a parallel group only"


def _inner_problems(inner: Any) -> Iterator[tuple[Any, str, str]]:
    if not isinstance(inner, Entry):
        return
    kinds = [kind for kind in inner if kind in REQUEST_KINDS]
    if not kinds:
        other = next((key for key in inner if key not in ("name", "if", "with", "expect", "capture", "retry")), "")
        yield inner, "", f"a step inside of parallel sends a request{suggest(other, REQUEST_KINDS)}"
    if "retry" in inner:
        yield inner, "retry", "a step inside of parallel is sent once"
