"""The query string, parsed into plain data: PostgREST's grammar, as far as clients use it."""

from __future__ import annotations

import re
from typing import NoReturn
from urllib.parse import parse_qsl

from medtui.local.rest.errors import RestError, not_supported
from medtui.local.rest.query import Column, Condition, Embed, Logic, Order, Parameters, Query

Pairs = list[tuple[str, str]]

OPERATORS = frozenset({"eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "in", "is"})
MAX_DEPTH = 16  # How deep conditions may be nested.
MAX_EMBED_DEPTH, MAX_EMBEDS = 3, 20
"""How deep resources may be embedded in each other, and how many there may be in a request: each
multiplies what Postgres has to do."""

_LOGIC = ("and", "or", "not.and", "not.or")
_NAME = r'"[\w $-]+"|[\w$]+'
_NAMES = re.compile(_NAME)
_ITEM = re.compile(rf"(?:({_NAME}):)?({_NAME}|\*)((?:!\w+)*)")
_TERM = re.compile(rf"({_NAME})(?:\.(asc|desc))?(?:\.nulls(first|last))?")
_TREE = re.compile(r"(not\.)?(and|or)\(")
_OPERATION = re.compile(r"(not\.)?([a-z]+(?:\([^)]*\))?)\.")
_TRUTH = re.compile("null|unknown|true|false", re.IGNORECASE)
_VALUE = re.compile(r'"((?:[^"\\]|\\.)*)"(?=[,)]|$)|([^,)]*)', re.DOTALL)
_REST = re.compile(".*", re.DOTALL)
_OPEN, _CLOSE, _COMMA, _DOT = map(re.compile, (r"\(", r"\)", "[ \t]*,[ \t]*", r"\."))


def split(raw: bytes) -> Pairs:
    """Keys and values; a value that is missing is empty. RestError where they are not UTF-8."""
    try:
        return parse_qsl(raw.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise RestError(400, "PGRST100", "The query string is not UTF-8") from None


def parse(pairs: Pairs) -> Parameters:
    """Parse a request's query string. Raises RestError (PGRST100, PGRST108)."""
    first = dict(reversed(pairs))
    query = _ParameterReader("select", first.get("select", "*")).select()
    for key, value in pairs:
        if key in ("select", "columns", "on_conflict"):
            continue
        if key in _LOGIC:
            query.logic.append(_ParameterReader(key, key + value).logic())
        elif key == "order":
            query.order = [_term(term) for term in value.split(",")]
        elif key in ("limit", "offset"):
            setattr(query, key, _number(key, value))
        elif key.rpartition(".")[2] in (*_LOGIC, "order", "limit", "offset"):
            raise not_supported(f"the parameter {key}")
        else:
            *path, column = _names(key, ".")
            _at(query, path).filters.append(_ParameterReader(key, value).condition(column))
    if query.limit == 0 and query.offset:
        raise not_supported("an offset without any rows")
    columns, on_conflict = (
        _names(first[key], ",") if key in first else None for key in ("columns", "on_conflict")
    )
    return Parameters(query, columns, on_conflict)


def _names(text: str, separator: str) -> tuple[str, ...]:
    """The names of columns, or the way to an embedded resource's column."""
    names = text.split(separator)
    if not all(map(_NAMES.fullmatch, names)):
        raise not_supported(f"the names '{text}'")
    return tuple(name.strip('"') for name in names)


def _term(text: str) -> Order:
    match = _TERM.fullmatch(text)
    if not match:
        raise not_supported(f"the order '{text}'")
    return Order(match[1].strip('"'), match[2] or "", match[3] or "")


def _number(key: str, text: str) -> int:
    if not re.fullmatch(r"\d{1,18}", text, re.ASCII):
        raise not_supported(f"the {key} '{text}'")
    return int(text)


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


class _ParameterReader:
    """Reads the text of one parameter from left to right. Every method raises RestError."""

    def __init__(self, key: str, text: str) -> None:
        self._key = key
        self._text = text
        self._at = 0
        self._embeds = 0

    def select(self) -> Query:
        """Columns and embedded resources."""
        query = self._items(0)
        self._end()
        return query

    def logic(self) -> Logic:
        """`and(…)` or `or(…)`."""
        tree = self._operand(0)
        self._end()
        return tree if isinstance(tree, Logic) else self._refuse()

    def condition(self, column: str) -> Condition:
        """`[not.]operator.value`, to the end."""
        condition = self._condition(column, nested=False)
        self._end()
        return condition

    def _items(self, depth: int) -> Query:
        query = Query()
        while True:
            item = self._need(_ITEM)
            alias, name = item[1] and item[1].strip('"'), item[2].strip('"')
            if self._take(_OPEN):
                query.embeds.append(self._embed(name, alias, item[3].split("!")[1:], depth))
            elif item[3]:
                self._refuse()
            else:
                query.columns.append(Column(name, alias))
            if not self._take(_COMMA):
                return query

    def _embed(self, name: str, alias: str | None, marks: list[str], depth: int) -> Embed:
        self._embeds += 1
        if depth >= MAX_EMBED_DEPTH or self._embeds > MAX_EMBEDS:
            raise not_supported(
                f"embedding more than {MAX_EMBED_DEPTH} deep, or {MAX_EMBEDS} in all"
            )
        hints = [mark for mark in marks if mark not in ("inner", "left")]
        if len(hints) > 1:
            self._refuse()
        query = self._items(depth + 1)
        self._need(_CLOSE)
        return Embed(name, alias, hints[0] if hints else None, "inner" in marks, query)

    def _operand(self, depth: int) -> Condition | Logic:
        if depth > MAX_DEPTH:
            raise not_supported("logic this deep")
        tree = self._take(_TREE)
        if not tree:
            column = self._need(_NAMES)[0].strip('"')
            self._need(_DOT)
            return self._condition(column, nested=True)
        operands = [self._operand(depth + 1)]
        while self._take(_COMMA):
            operands.append(self._operand(depth + 1))
        self._need(_CLOSE)
        return Logic(tree[2], tuple(operands), negated=bool(tree[1]))

    def _condition(self, column: str, *, nested: bool) -> Condition:
        operation = self._need(_OPERATION)
        operator = operation[2]
        if operator not in OPERATORS:
            raise not_supported(f"the operator {operator}")
        value: str | tuple[str, ...]
        if operator == "in":
            self._need(_OPEN)
            items = [self._value()]
            while self._take(_COMMA):
                items.append(self._value())
            self._need(_CLOSE)
            value = tuple(items)
        elif operator == "is":
            value = self._need(_TRUTH)[0].lower()
        else:
            value = self._value() if nested else self._need(_REST)[0]
        return Condition(column, operator, value, negated=bool(operation[1]))

    def _value(self) -> str:
        """A value in a list: quoted, or bare to the next comma or parenthesis."""
        match = self._need(_VALUE)
        if match[1] is None:
            return match[2]
        return re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL)

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What comes next, if it is this."""
        match = pattern.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return match

    def _need(self, pattern: re.Pattern[str]) -> re.Match[str]:
        return self._take(pattern) or self._refuse()

    def _end(self) -> None:
        if self._at < len(self._text):
            self._refuse()

    def _refuse(self) -> NoReturn:
        raise not_supported(f"{self._key}={self._text}: it is not understood from {self._at} on")
