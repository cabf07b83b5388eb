"""Rules as a YAML file that people keep beside their code: read with line numbers, printed in a stable order. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

MAX_CHARACTERS = 4_000_000
MAX_DEPTH = 20

# YAML takes them for ends of lines, and reads them back as another character unless they are escaped.
_ODD_BREAKS = frozenset("\r\x85\u2028\u2029")
_HEADER = """\
# Alert rules. `manage.py rules_plan FILE` shows what applying this file would change,
# `manage.py rules_apply FILE` changes it. A field that is left out has its default; a rule is known by its
# rule_name, so a renamed one is a new one. Rules that the file does not name stay, unless --prune is given.
"""


class RulesFileError(ValueError):
    """The text is no rule file; `line` counts from 1, the message says what is wrong there."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line
        self.problem = problem


@dataclass(frozen=True, slots=True)
class FileRule:
    """One rule as the file has it, unchecked: plain values by field, and the lines where they stand."""

    line: int
    fields: Mapping[str, Any]
    lines: Mapping[str, int] = field(default_factory=dict)


def parse(text: str) -> list[FileRule]:
    """Return the rules of the text, in its order. Raises RulesFileError.

    Only plain values are read: no tags, no anchors (a rule says what it says by itself), no key twice.
    """
    if len(text) > MAX_CHARACTERS:
        raise RulesFileError(1, f"the file is longer than {MAX_CHARACTERS:,} characters")
    with _as_rules_file_error(text):
        loader = _Loader(text)
        root = loader.get_single_node()
        return [_rule(loader, node) for node in _rule_nodes(root)]


def render(rules: Iterable[Mapping[str, Any]]) -> str:
    """Return the file that says these rules, by name; the fields of each stay in the order given."""
    ordered = sorted(rules, key=lambda fields: str(fields["rule_name"]))
    if not ordered:
        return _HEADER + "rules: []\n"
    blocks = [
        yaml.dump([_plain(fields)], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
        for fields in ordered
    ]
    return _HEADER + "rules:\n" + "\n".join(blocks)


class _Loader(yaml.SafeLoader):
    """The safe loader, less what YAML does behind one's back."""

    depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        """Refuse aliases, which may make a small text a huge value, and depth, which may exhaust the stack."""
        event = self.peek_event()  # type: ignore[no-untyped-call]  # its stubs leave it out
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise RulesFileError(line, "anchors and aliases are not read: write the value out")
        if self.depth >= MAX_DEPTH:
            raise RulesFileError(line, f"nested deeper than {MAX_DEPTH} levels")
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        if isinstance(node, MappingNode):
            _refuse_twice(node)
        return node


class _Dumper(yaml.SafeDumper):
    """The safe dumper, with texts of several lines as people would write them."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write every value out: nothing of ours contains itself."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> ScalarNode:
    style = "|" if "\n" in text else None
    if _ODD_BREAKS.intersection(text):
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def _plain(value: Any) -> Any:
    """Return the value with whole numbers written as such: 80 reads better than 80.0."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value


def _rule_nodes(root: Node | None) -> list[Node]:
    expected = "expected `rules:` with a list of rules"
    if root is None:
        raise RulesFileError(1, f"the file is empty: {expected}")
    if not isinstance(root, MappingNode):
        raise RulesFileError(_line(root), expected)
    listed: Node | None = None
    for key, value in root.value:
        if key.value != "rules":
            raise RulesFileError(_line(key), f"{key.value!r} is not known: {expected}")
        listed = value
    if not isinstance(listed, SequenceNode):
        raise RulesFileError(_line(listed or root), expected)
    return list(listed.value)


def _rule(loader: _Loader, node: Node) -> FileRule:
    if not isinstance(node, MappingNode):
        raise RulesFileError(
            _line(node), "a rule is a list entry of fields, such as `- rule_name: x`"
        )
    fields: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for key, value in node.value:
        lines[key.value] = _line(key)
        fields[key.value] = _constructed(loader, value)
    return FileRule(_line(node), fields, lines)


def _constructed(loader: _Loader, node: Node) -> Any:
    try:
        return loader.construct_object(node, deep=True)
    except ValueError as error:  # such as a date with 32 days, or a number of 5,000 digits
        raise RulesFileError(_line(node), str(error)) from error


def _refuse_twice(node: MappingNode) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, ScalarNode):
            raise RulesFileError(_line(key), "a key is a plain text")
        if key.tag.endswith(":merge"):
            raise RulesFileError(_line(key), "`<<` is not read: write the fields out")
        if key.value in seen:
            raise RulesFileError(_line(key), f"{key.value} is given twice")
        seen.add(key.value)


def _line(node: Node) -> int:
    return node.start_mark.line + 1 if node.start_mark else 1


@contextmanager
def _as_rules_file_error(text: str) -> Iterator[None]:
    try:
        yield
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise RulesFileError(mark.line + 1 if mark else 1, str(error.problem or error)) from error
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise RulesFileError(line, "the text holds a character that YAML does not allow") from error
