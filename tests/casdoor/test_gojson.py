import pytest

from emulator.casdoor.gojson import GoJsonError, decode, encode


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(b"", "unexpected end of JSON input", id="empty"),
        pytest.param(b'{"owner":', "unexpected end of JSON input", id="cut after a colon"),
        pytest.param(b'"a', "unexpected end of JSON input", id="cut in a text"),
        pytest.param(b"owner=test", "invalid character 'o' looking for beginning of value", id="a form"),
        pytest.param(b"<html>", "invalid character '<' looking for beginning of value", id="a page"),
        pytest.param(b"{} x", "invalid character 'x' after top-level value", id="trailing text"),
        pytest.param(b'{"a":1,}', "invalid character '}' looking for beginning of object key string", id="last comma"),
        pytest.param(b'{"a" 1}', "invalid character '1' after object key", id="no colon"),
        pytest.param(b'{"a":1 "b"}', "invalid character '\"' after object key:value pair", id="no comma"),
        pytest.param(b"[1 2]", "invalid character '2' after array element", id="no comma in a list"),
        pytest.param(b"trux", "invalid character 'x' in literal true (expecting 'e')", id="half a literal"),
        pytest.param(b'"\n"', "invalid character '\\n' in string literal", id="newline in a text"),
        pytest.param(b'"\\q"', "invalid character 'q' in string escape code", id="unknown escape"),
        pytest.param(b'"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape", id="bad code point"),
        pytest.param(b"-x", "invalid character 'x' in numeric literal", id="minus alone"),
        pytest.param(b"1.x", "invalid character 'x' after decimal point in numeric literal", id="point alone"),
        pytest.param(b"1e+x", "invalid character 'x' in exponent of numeric literal", id="exponent alone"),
        pytest.param(b"\xef\xbb\xbf{}", "invalid character '\u00ef' looking for beginning of value", id="BOM"),
        pytest.param(b"[" * 300, "exceeded max depth", id="too deep"),
    ],
)
def test_what_is_no_json_is_refused_with_gos_words(body, message):
    with pytest.raises(GoJsonError) as refused:
        decode(body)

    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("body", "value"),
    [
        pytest.param(b' {"a": [1, -2.5e3, true, null, "\\u540d"]} ', {"a": [1, -2500.0, True, None, "名"]}, id="all"),
        pytest.param(b'{"a":1,"a":2}', {"a": 2}, id="the last of repeated keys counts"),
        pytest.param(b'"\\ud800"', "\ufffd", id="a lone surrogate is replaced"),
        pytest.param(b'"\xff"', "\ufffd", id="a broken byte is replaced"),
    ],
)
def test_json_is_read_as_go_reads_it(body, value):
    assert decode(body) == value


def test_text_is_raw_but_for_what_go_escapes():
    assert encode({"a": "<名>&/\u2028\x7f\t"}, indent=None) == '{"a":"\\u003c名\\u003e\\u0026/\\u2028\x7f\\t"}'


def test_replies_are_indented_and_empty_lists_stay_short():
    assert encode({"a": [], "b": {}, "c": [1]}) == '{\n  "a": [],\n  "b": {},\n  "c": [\n    1\n  ]\n}'
