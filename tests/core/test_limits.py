import pytest

from emulator.core.limits import DEFAULT_LIMITS, Limits


def test_limits_can_be_changed_one_by_one():
    changed = DEFAULT_LIMITS.replace(exchanges=5)

    assert changed == Limits(exchanges=5)
    assert changed.as_dict() == DEFAULT_LIMITS.as_dict() | {"exchanges": 5}


@pytest.mark.parametrize("bound", [0, -1, 1.5, True])
def test_a_limit_is_a_positive_whole_number(bound):
    with pytest.raises(ValueError, match=f"limit tokens is {bound}; write a positive whole number"):
        DEFAULT_LIMITS.replace(tokens=bound)


def test_an_unknown_limit_is_refused_by_name():
    with pytest.raises(ValueError, match="unknown limit 'token'; there are: users, tokens, sessions, login_codes"):
        DEFAULT_LIMITS.replace(token=1)
