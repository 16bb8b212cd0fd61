"""The errors of the two imitated dialects, of the wire between them, and of scenario files.

Each error carries what its reply shows; only `emulator.web` turns it into HTTP. `why` is the
reason for a person, in terms of what happened before; it never reaches the wire.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from emulator.core.reason import Reason

#: How a connection fails: `reset` sends RST, `empty` closes without a byte, `hang` never answers,
#: `truncated` announces a longer body than it sends and then closes.
ConnectionFailure = Literal["reset", "empty", "hang", "truncated"]


#: So many characters of a line are shown with a problem in it.
_SHOWN = 200


class WechatError(Exception):
    """An error reply of WeChat: HTTP 200 with an errcode and an errmsg.

    `errmsg` holds the text before the `rid` suffix, empty for the catalogue's, which depends on who answers.
    Source: facts/wechat.md 0 and 1.4.
    """

    def __init__(self, errcode: int, errmsg: str = "", *, why: Reason | None = None) -> None:
        super().__init__(f"{errcode} {errmsg}".rstrip())
        self.errcode = errcode
        self.errmsg = errmsg
        self.why = why


class TokenError(Exception):
    """An error of Casdoor's OAuth endpoints: `{"error", "error_description"}`.

    The status is 401 for `invalid_client`, else 400. Source: facts/casdoor.md 1.1.
    """

    def __init__(self, error: str, description: str = "", *, why: Reason | None = None) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.why = why

    @property
    def status(self) -> int:
        """The HTTP status of the reply."""
        return 401 if self.error == "invalid_client" else 400


class ApiError(Exception):
    """An error of Casdoor's other endpoints: HTTP 200 with `status` `error` and a text.

    `early` marks the short envelope of 4 keys that Casdoor's filters answer with, before a
    controller has run; controllers answer with 7 keys. `signs_out` marks one after which nobody is
    signed in any more. Source: facts/casdoor.md 1.1.
    """

    def __init__(
        self,
        msg: str,
        *,
        data: object = None,
        data3: object = None,
        early: bool = False,
        signs_out: bool = False,
        why: Reason | None = None,
    ) -> None:
        super().__init__(msg)
        self.msg = msg
        self.data = data
        self.data3 = data3
        self.early = early
        self.signs_out = signs_out
        self.why = why


class Panic(Exception):
    """A crash inside Casdoor, which answers HTTP 500 with an HTML page. Source: facts/casdoor.md 1.4."""

    def __init__(self, *, why: Reason | None = None) -> None:
        super().__init__("runtime error: invalid memory address or nil pointer dereference")
        self.why = why


class Unreachable(Exception):
    """A connection that fails before a whole reply arrived."""

    def __init__(self, kind: ConnectionFailure) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One mistake in a scenario file; `line` and `column` count from 1, 0 means the whole file."""

    path: Path
    line: int
    column: int
    message: str
    source: str = ""

    def __str__(self) -> str:
        """Show `path:line:column: message`, then the line and a caret under the column."""
        if not self.line:
            return f"{self.path}: {self.message}"
        head = f"{self.path}:{self.line}:{self.column}: {self.message}"
        if not self.source:
            return head
        start = self.column - _SHOWN // 2 if self.column > _SHOWN else 0
        indent = "".join(_blank(char) for char in self.source[start : self.column - 1])
        return f"{head}\n    {self.source[start : start + _SHOWN]}\n    {indent}^"


def _blank(char: str) -> str:
    """Return white space as wide as a character stands on a terminal, where Chinese takes two columns."""
    from unicodedata import combining, east_asian_width

    if char == "\t":
        return char
    if combining(char):
        return ""
    return "\u3000" if east_asian_width(char) in "WF" else " "


class ScenarioError(Exception):
    """A scenario file that cannot be used, with every problem found in it, sorted."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        ordered = sorted(problems, key=lambda one: (str(one.path), one.line, one.column, one.message))
        super().__init__("\n".join(str(one) for one in ordered))
        self.problems = tuple(ordered)
