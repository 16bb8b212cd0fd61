"""How a request line is read when the client did not escape its address.

A real Casdoor is such a client: it puts a login code into code2session's address as it is (facts/casdoor.md 2.6), and
Go's client sends spaces and bytes beyond ASCII in a query as they are (net/url `RequestURI`, Go 1.26). Go's server and
WeChat take the bytes; a space they may refuse. Here it is taken (assumed), for DevTools' `the code is a mock one`.
"""

import re

from waitress.parser import ParsingError

_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
#: The method goes up to the first space, the version follows the last one, the address is all between.
_LINE = re.compile(rb"(?P<method>[^ ]+) (?P<target>[^ ].*) (?P<version>HTTP/[0-9]\.[0-9])")
_UNESCAPED = re.compile(rb"[ \x80-\xff]")


def escape_target(head: bytes) -> bytes:
    """Return a request's head with the spaces and the bytes beyond ASCII in its address percent-encoded.

    A line that is malformed otherwise, or a CONNECT's, comes back as it is, to be refused or taken by what reads it
    next. Raises ParsingError for a control character, which clients cannot send and which may hide a second line.
    """
    line, end, rest = head.partition(b"\r\n")
    if _CONTROL.search(line):
        raise ParsingError("Control character found in the request line")
    read = _LINE.fullmatch(line)
    if read is None or read["method"] == b"CONNECT":
        return head
    target = _UNESCAPED.sub(lambda found: b"%%%02X" % ord(found[0]), read["target"])
    return b" ".join((read["method"], target, read["version"])) + end + rest
