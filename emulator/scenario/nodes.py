"""Reading a YAML file into plain values, with the place of every key and value."""

import json
import re
from collections.abc import Iterable
from functools import cache
from importlib import resources
from math import isfinite
from pathlib import Path
from typing import Any

import yaml

from emulator.core.errors import ScenarioError
from emulator.scenario.document import Document, Entry, Trail, problem
from emulator.scenario.schema_fields import with_casdoor_tables

#: More values, aliases counted each time that they are used, are refused.
MAX_VALUES = 200_000
MAX_DEPTH = 60

Schema = dict[str, Any]

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(?:[eE][-+]?[0-9]+)?")
_QUOTED = frozenset("'\"|>")
_NAMES: dict[type, str] = {type(None): "null", bool: "boolean", int: "integer", float: "number", str: "string"}
_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp"))
_PLAIN_TAGS |= {f"tag:yaml.org,2002:{name}" for name in ("map", "seq", "merge", "value")}


@cache
def schema() -> Schema:
    """Return the JSON Schema of scenario files: the written base, and what Casdoor's tables say."""
    base: Schema = json.loads(resources.files("emulator.scenario").joinpath("schema.json").read_text("utf-8"))
    return with_casdoor_tables(base)


def parse_document(text: str, path: Path, *, whole: Schema | None = None) -> Document:
    """Return the values of a YAML text; its document's `problems` hold what is wrong with single places.

    `whole` is the schema of a project's file, which may be empty.

    Raises ScenarioError when the text is not a YAML mapping, or one that unfolds beyond all measure.
    """
    document = Document(path=path, lines=text.splitlines(), noun="scenario" if whole is None else "project")
    root = _compose(text, document)
    if root is None and whole is not None:
        document.value = Entry(path, (0, 0))
        return document
    if root is None:
        raise problem(path, "the file is empty; a scenario starts with 'version: 1'")
    if not isinstance(root, yaml.MappingNode):
        start = " that starts with 'version: 1'" if whole is None else ""
        document.report_at(_place(root), f"expected a mapping{start}, got {_kind(root)}")
        raise ScenarioError(tuple(document.problems))
    document.value = _Builder(document).build(root, (), [whole or schema()])
    return document


def _compose(text: str, document: Document) -> yaml.Node | None:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _check_nesting(text, document)
        nodes = list(yaml.compose_all(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = " ".join(str(part) for part in (error.context, error.problem) if part)
        document.report_at((mark.line, mark.column) if mark else (0, 0), f"this is not YAML: {message}")
        raise ScenarioError(tuple(document.problems)) from error
    except yaml.reader.ReaderError as error:
        before = text[: text.find(chr(error.character))]
        place = before.count("\n"), len(before) - before.rfind("\n") - 1
        document.report_at(place, f"this is not YAML: the character U+{error.character:04X} is not allowed")
        raise ScenarioError(tuple(document.problems)) from error
    except yaml.YAMLError as error:
        raise problem(document.path, f"this is not YAML: {' '.join(str(error).split())}") from error
    if len(nodes) > 1:
        document.report_at(_place(nodes[1]), f"a {document.noun} file holds one document; remove the line '---'")
        raise ScenarioError(tuple(document.problems))
    return nodes[0] if nodes else None


def _check_nesting(text: str, document: Document) -> None:
    """Refuse depth before it is composed: the composer recurses."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    depth = 0
    try:
        for event in yaml.parse(text, Loader=loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    mark = event.start_mark
                    place = (mark.line, mark.column) if mark else (0, 0)
                    document.report_at(place, f"more than {MAX_DEPTH} levels deep")
                    raise ScenarioError(tuple(document.problems))
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except yaml.MarkedYAMLError as error:
        # The scanner reads ahead. PyYAML 6.0.4 has a bound of its own there, which a deep line meets before ours.
        if "nesting" not in f"{error.problem}" or not (error.problem_mark and error.problem_mark.index):
            raise
        _check_nesting(text[: error.problem_mark.index], document)
        raise


class _Builder:
    """Builds plain values from nodes; scalars follow the schema, so that `no` stays text where text is meant."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.left = MAX_VALUES
        self.open: set[int] = set()

    def build(self, node: yaml.Node, trail: Trail, schemas: list[Schema]) -> Any:
        self._count(node)
        self.document.places[trail] = _place(node)
        if node.tag not in _PLAIN_TAGS:
            self.document.report(trail, f"the tag {node.tag.replace('tag:yaml.org,2002:', '!!')} is not allowed here")
            return None
        found = _flat(schemas)
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node, found)
        if id(node) in self.open:
            self.document.report(trail, "an alias may not stand inside what it names")
            return None
        self.open.add(id(node))
        value: Any = None
        if isinstance(node, yaml.MappingNode):
            value = self._mapping(node, trail, found)
        elif isinstance(node, yaml.SequenceNode):
            items = [one["items"] for one in found if isinstance(one.get("items"), dict)]
            value = [self.build(item, (*trail, index), items) for index, item in enumerate(node.value)]
        self.open.discard(id(node))
        return value

    def _count(self, node: yaml.Node) -> None:
        self.left -= 1
        if self.left < 0:
            self.document.report_at(_place(node), f"the file unfolds to more than {MAX_VALUES} values")
            raise ScenarioError(tuple(self.document.problems[-1:]))

    def _mapping(self, node: yaml.MappingNode, trail: Trail, schemas: list[Schema]) -> dict[str, Any]:
        value = Entry(self.document.path, _place(node))
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.document.report_at(_place(key_node), f"a key must be text, got {_kind(key_node)}")
                continue
            key = key_node.value
            here = (*trail, key)
            if key in value:
                first = self.document.keys[here][0] + 1
                self.document.report_at(_place(key_node), f"duplicate key {key!r}; it is on line {first} already")
                continue
            self.document.keys[here] = _place(key_node)
            value.places[key] = _place(value_node)
            value[key] = self.build(value_node, here, list(_below(schemas, key)))
        return value


def _below(schemas: Iterable[Schema], key: str) -> Iterable[Schema]:
    for one in schemas:
        inner = one.get("properties", {}).get(key, one.get("additionalProperties"))
        if isinstance(inner, dict):
            yield inner


def _flat(schemas: list[Schema]) -> list[Schema]:
    """Return the schemas with references followed and alternatives side by side."""
    found: list[Schema] = []
    for one in schemas:
        if "$ref" in one:
            found += _flat([schema()["$defs"][one["$ref"].rpartition("/")[2]]])
        if "anyOf" in one:
            found += _flat(one["anyOf"])
        found.append(one)
    return [one for one in found if "$ref" not in one and "anyOf" not in one]


def _scalar(node: yaml.ScalarNode, schemas: list[Schema]) -> Any:
    """Return a scalar's value: text when quoted, or when text is what the schema means here."""
    text: str = node.value
    core = _core(text)
    if node.style in _QUOTED or (core is None and text not in _NULLS):
        return text
    types = {name for one in schemas for name in _types(one)}
    if not types or "any" in types or _NAMES[type(core)] in types or (isinstance(core, int) and "number" in types):
        return core
    return text if "string" in types else core


def _types(one: Schema) -> Iterable[str]:
    if "type" in one:
        return [one["type"]] if isinstance(one["type"], str) else one["type"]
    values = one.get("enum") or ([one["const"]] if "const" in one else None)
    return ["any"] if values is None else [_NAMES[type(value)] for value in values]


def _core(text: str) -> Any:
    """Return what a plain scalar means in YAML 1.2's core schema, None for text and for null."""
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text) and len(text) < 20:
        return int(text)
    if (
        _FLOAT.fullmatch(text)
        and not _INTEGER.fullmatch(text)
        and (len(text) == 1 or text[0] != "0" or text[1] in ".eE")
    ):
        return float(text) if isfinite(float(text)) else None
    return None


def _place(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line, node.start_mark.column


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    return "a list" if isinstance(node, yaml.SequenceNode) else "text"
