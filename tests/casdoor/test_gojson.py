import json

import pytest

from emulator.casdoor.gojson import GoJsonError, decode, encode, in_key_order, kind_of


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
        pytest.param(b"[" * 300, "invalid character '[' exceeded max depth", id="too deep"),
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
        pytest.param(b"9223372036854775807", 2**63 - 1, id="the largest int64"),
        pytest.param(b"-0", 0, id="minus zero"),
        pytest.param(b"1" + b"0" * 100_000, float("inf"), id="an integer of any length"),
        pytest.param(b"1e-999", 0.0, id="a number too small"),
    ],
)
def test_json_is_read_as_go_reads_it(body, value):
    assert decode(body) == value


def test_text_is_raw_but_for_what_go_escapes():
    assert encode({"a": "<名>&/\u2028\x7f\t"}, indent=None) == '{"a":"\\u003c名\\u003e\\u0026/\\u2028\x7f\\t"}'


def test_replies_are_indented_and_empty_lists_stay_short():
    assert encode({"a": [], "b": {}, "c": [1]}) == '{\n  "a": [],\n  "b": {},\n  "c": [\n    1\n  ]\n}'


@pytest.mark.parametrize(
    ("body", "wanted", "kind"),
    [
        pytest.param(b"1.50", "int", "number 1.50", id="a fraction"),
        pytest.param(b"1e999", "float64", "number 1e999", id="out of range"),
        pytest.param(b"-9223372036854775809", "int", "number -9223372036854775809", id="less than an int64"),
        pytest.param(b"1" + b"0" * 5000, "float64", "number 1" + "0" * 5000, id="longer than Python reads"),
        pytest.param(b"1.50", "string", "number", id="where no number is wanted"),
    ],
)
def test_a_number_that_does_not_fit_is_named_as_it_was_spelled(body, wanted, kind):
    assert kind_of(decode(body), wanted) == kind


@pytest.mark.parametrize(
    ("value", "text"),
    [
        # What a program of Go 1.26 answers.
        (1e21, "1e+21"),
        (999999999999999900000.0, "999999999999999900000"),
        (1e20, "100000000000000000000"),
        (123456789012345678901.0, "123456789012345680000"),
        (1e16, "10000000000000000"),
        (1.0, "1"),
        (-2500.0, "-2500"),
        (-0.0, "-0"),
        (123456.789, "123456.789"),
        (1e-5, "0.00001"),
        (1.25e-6, "0.00000125"),
        (1e-7, "1e-7"),
        (-1.5e-9, "-1.5e-9"),
        (1e-10, "1e-10"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
    ],
)
def test_a_float_is_spelled_as_go_spells_it(value, text):
    assert (encode(value), encode([value], indent=None)) == (text, f"[{text}]")


@pytest.mark.parametrize(("value", "shown"), [("inf", "+Inf"), ("-inf", "-Inf"), ("nan", "NaN")])
def test_what_json_cannot_say_is_refused(value, shown):
    with pytest.raises(GoJsonError) as refused:
        encode({"balance": float(value)})

    assert str(refused.value) == f"json: unsupported value: {shown}"


def test_a_map_is_sorted_by_the_bytes_of_its_keys():
    names = ["b", "a", "Z", "名", "\U0001f600", "\ue000", "é"]

    assert list(in_key_order(dict.fromkeys(names, ""))) == ["Z", "a", "b", "é", "名", "\ue000", "\U0001f600"]


def test_values_of_both_forms_are_the_same_but_for_blanks():
    value = {"a": [1, [], {}, (True, None)], "b": {"c": '\x00\b"\\'}}

    assert encode(value, indent=None) == '{"a":[1,[],{},[true,null]],"b":{"c":"\\u0000\\b\\"\\\\"}}'
    assert json.loads(encode(value)) == json.loads(encode(value, indent=None))
