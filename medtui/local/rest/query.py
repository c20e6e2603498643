"""The query string as plain data: PostgREST's grammar, as far as clients use it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from medtui.local.rest.errors import RestError, not_supported

Pairs = list[tuple[str, str]]

OPERATORS = {"eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
OPERATORS |= {"like": "like", "ilike": "ilike"}
"""In SQL. Beside them there are `in` and `is`."""
MAX_DEPTH = 16  # How deep conditions may be nested.
MAX_EMBED_DEPTH, MAX_EMBEDS = 3, 20
"""How deep resources may be embedded in each other, and how many there may be in a request: each
multiplies what Postgres has to do."""

_LOGIC = ("and", "or", "not.and", "not.or")
_NAME = r'"[\w $-]+"|[\w$]+'
_NAMES = re.compile(_NAME)
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_ITEM = re.compile(rf"(?:({_NAME}):)?({_NAME}|\*)((?:!\w+)*)(?:\((.*)\))?", re.DOTALL)
_TERM = re.compile(rf"({_NAME})(?:\.(asc|desc))?(?:\.nulls(first|last))?")
_TREE = re.compile(r"(not\.)?(and|or)\((.*)\)", re.DOTALL)
_OPERAND = re.compile(rf"({_NAME})\.(.*)", re.DOTALL)
_OPERATION = re.compile(r"(not\.)?([a-z]+(?:\([^)]*\))?)\.(.*)", re.DOTALL)
_LIST = re.compile(r"\((.*)\)", re.DOTALL)
_TRUTH = re.compile("null|unknown|true|false", re.IGNORECASE)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_BARE = re.compile("[^,()]*")
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|,[ \t]*|[()"]|[^(),"]+', re.DOTALL)

PLAIN_EMBEDS = 4
"""So many embedded resources, none of them in another, are nothing out of the ordinary."""


@dataclass(frozen=True, slots=True)
class Condition:
    """`column operator value`; `value` is a tuple for `in`, a keyword for `is`."""

    column: str
    operator: str
    value: str | tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Logic:
    """A tree of conditions: all of them (`and`), or any (`or`)."""

    operator: str
    operands: tuple[Condition | Logic, ...]
    negated: bool = False


@dataclass(slots=True)
class Query:
    """What is asked of one table, or of one that is embedded in it; of that, no order or page."""

    columns: list[tuple[str, str | None]] = field(default_factory=list)
    """Those that are selected, `*` for all of them, and their aliases."""
    embeds: list[Embed] = field(default_factory=list)
    filters: list[Condition] = field(default_factory=list)
    logic: list[Logic] = field(default_factory=list)
    order: list[tuple[str, str]] = field(default_factory=list)
    """Columns, and what SQL says of each: `desc nulls last`."""
    limit: int | None = None
    offset: int = 0
    written: tuple[str, ...] | None = None
    """The columns of a body that count; None for all of them."""
    on_conflict: tuple[str, ...] = ()

    @property
    def is_costly(self) -> bool:
        """Whether Postgres may have much to do: what is embedded has rows for each row of ours."""
        nested = any(embed.query.embeds for embed in self.embeds)
        return nested or len(self.embeds) > PLAIN_EMBEDS


@dataclass(slots=True)
class Embed:
    """A resource joined along a foreign key, shown as `key`: its alias, or its own name."""

    resource: str
    key: str
    hint: str  # The foreign key's name, or its column; empty without one.
    inner: bool
    query: Query


class Unread(Exception):
    """A text that is none of the grammar's, as far as it is spoken here."""


def split(raw: bytes) -> Pairs:
    """Keys and values; a value that is missing is empty. RestError where they are not UTF-8."""
    try:
        return parse_qsl(raw.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise RestError(400, "PGRST100", "The query string is not UTF-8") from None


def parse(pairs: Pairs) -> Query:
    """Parse a request's query string. Raises RestError (PGRST100, PGRST108)."""
    first = dict(reversed(pairs))
    key, value = "select", first.get("select", "*")
    try:
        query = _query(value)
        if "columns" in first:
            query.written = _names(first["columns"], ",")
        if "on_conflict" in first:
            query.on_conflict = _names(first["on_conflict"], ",")
        for key, value in pairs:
            if key in ("select", "columns", "on_conflict"):
                continue
            if key in _LOGIC:
                query.logic.append(_logic(key + value))
            elif key == "order":
                query.order = [_term(term) for term in value.split(",")]
            elif key in ("limit", "offset"):
                setattr(query, key, int(_read(_NUMBER, value)[0]))
            elif key.rpartition(".")[2] in (*_LOGIC, "order", "limit", "offset"):
                raise not_supported(f"the parameter {key}")
            else:
                *path, column = _names(key, ".")
                _at(query, path).filters.append(_condition(column, value))
    except Unread:
        raise not_supported(f"the parameter {key}={value}") from None
    if query.limit == 0 and query.offset:
        raise not_supported("an offset without any rows")
    return query


def _names(text: str, separator: str) -> tuple[str, ...]:
    """The names of columns, or the way to an embedded resource's column. Raises Unread."""
    return tuple(_read(_NAMES, name)[0].strip('"') for name in text.split(separator))


def _term(text: str) -> tuple[str, str]:
    name, direction, nulls = _read(_TERM, text).groups("")
    return name.strip('"'), f"{direction} nulls {nulls}" if nulls else direction


def _at(query: Query, path: list[str]) -> Query:
    """What `path` leads to: nothing for the table itself, `host` for what is embedded as that."""
    for name in path:
        found = [embed for embed in query.embeds if name in (embed.key, embed.resource)]
        if not found:
            message = f"'{name}' is not an embedded resource in this request"
            hint = f"Verify that '{name}' is included in the 'select' query parameter."
            raise RestError(400, "PGRST108", message, hint=hint)
        query = found[0].query
    return query


def _query(text: str, depth: int = 0) -> Query:
    """Columns and embedded resources. Raises Unread, or RestError."""
    if depth > MAX_EMBED_DEPTH or text.count("(") > MAX_EMBEDS:
        limits = f"{MAX_EMBED_DEPTH} deep, or {MAX_EMBEDS} in all"
        raise not_supported(f"embedding more than {limits}")
    query = Query()
    for part in _split(text):
        item = _read(_ITEM, part.rstrip(" "))
        alias, name = item[1] and item[1].strip('"'), item[2].strip('"')
        marks = item[3].split("!")[1:]
        if item[4] is None:
            if marks:
                raise Unread
            query.columns.append((name, alias))
            continue
        hints = [mark for mark in marks if mark not in ("inner", "left")]
        if len(hints) > 1:
            raise Unread
        below = _query(item[4], depth + 1)
        query.embeds.append(Embed(name, alias or name, "".join(hints), "inner" in marks, below))
    return query


def _logic(text: str, depth: int = 0) -> Logic:
    """`and(…)` or `or(…)`. Raises Unread, or RestError."""
    tree = _read(_TREE, text)
    if depth > MAX_DEPTH:
        raise not_supported("logic this deep")
    operands: list[Condition | Logic] = []
    for part in _split(tree[3]):
        if _TREE.fullmatch(part):
            operands.append(_logic(part, depth + 1))
        else:
            column, operation = _read(_OPERAND, part).groups()
            operands.append(_condition(column.strip('"'), operation, _value))
    return Logic(tree[2], tuple(operands), negated=bool(tree[1]))


def _condition(column: str, text: str, value_of: Callable[[str], str] = str) -> Condition:
    """`[not.]operator.value`; `value_of` reads the value. Raises Unread, or RestError."""
    negated, operator, text = _read(_OPERATION, text).groups()
    if operator not in (*OPERATORS, "in", "is"):
        raise not_supported(f"the operator {operator}")
    value: str | tuple[str, ...]
    if operator == "in":
        value = tuple(map(_value, _split(_read(_LIST, text)[1])))
    elif operator == "is":
        value = _read(_TRUTH, text)[0].lower()
    else:
        value = value_of(text)
    return Condition(column, operator, value, negated=bool(negated))


def _value(text: str) -> str:
    """A value in a list: quoted, or as it is. Raises Unread."""
    if text.startswith('"'):
        return re.sub(r"\\(.)", r"\1", _read(_QUOTED, text)[1], flags=re.DOTALL)
    return _read(_BARE, text)[0]


def _split(text: str) -> list[str]:
    """What is between the commas, those in parentheses or quotes apart. Raises Unread."""
    parts, depth = [""], 0
    for piece in _TOKENS.findall(text):
        depth += (piece == "(") - (piece == ")")
        if depth < 0:
            raise Unread
        if piece[0] == "," and not depth:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _read(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    """The text, which must be like this. Raises Unread."""
    match = pattern.fullmatch(text)
    if match is None:
        raise Unread
    return match
