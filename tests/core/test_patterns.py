"""Promises about the patterns that scenarios and organizations hold."""

import pytest

from emulator.core.patterns import compile_pattern, search

LINEAR = "; look-around, back references and possessive repetition are not supported, because matching is linear"


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        pytest.param("^b", "abc", False, id="an anchor"),
        pytest.param("b", "abc", True, id="anywhere"),
        pytest.param("(?i)B", "abc", True, id="a flag"),
        pytest.param(r"^\p{Han}+$", "名字", True, id="a script"),
        pytest.param("^.$", "名", True, id="a character is a character"),
        pytest.param("^.$", "\ud800", True, id="a lone surrogate is one too"),
        pytest.param("^(x+x+)+y$", "x" * 100_000, False, id="one that backtracks without end elsewhere"),
        pytest.param(r"\{9999999999}", "{9999999999}", True, id="escaped braces are text"),
    ],
)
def test_a_pattern_is_searched_in_a_text(pattern, text, found):
    assert search(pattern, text) is found


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        pytest.param("(", "missing ): (", id="a parenthesis"),
        pytest.param("[z-a]", "invalid character class range: z-a", id="a range"),
        pytest.param("(?<=a)b", f"invalid perl operator: (?<={LINEAR}", id="look-behind"),
        pytest.param(r"(a)\1", rf"invalid escape sequence: \1{LINEAR}", id="a back reference"),
        pytest.param("a++", f"bad repetition operator: ++{LINEAR}", id="possessive"),
        pytest.param("(a{1000}){1000}", "invalid repetition size: {1000}", id="too large"),
        pytest.param("a{1,99999999999}", "the repetition number is too large", id="much too large"),
    ],
)
def test_what_re2_does_not_read_is_refused_with_its_reason(pattern, why):
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the whole text is compared below
        compile_pattern(pattern)

    assert str(refused.value) == f"{pattern!r} is not a regular expression: {why}"


def test_a_refused_pattern_leaves_stderr_alone(capfd):
    with pytest.raises(ValueError, match="not a regular expression"):
        compile_pattern("(")

    assert capfd.readouterr().err == ""
