"""The query string, parsed into plain data. No database, no SQL.

The grammar is PostgREST's, as far as the clients' plain methods use it: columns with
aliases and casts, embedded resources with hints, filters, logic trees, order, limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from medtui.local.rest.errors import RestError, not_parsed, not_supported

OPERATORS = frozenset({"eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "in", "is"})
IS_VALUES = frozenset({"null", "true", "false", "unknown"})
_KNOWN_BUT_REFUSED = frozenset(
    {"match", "imatch", "isdistinct", "fts", "plfts", "phfts", "wfts"}
    | {"cs", "cd", "ov", "sl", "sr", "nxr", "nxl", "adj"}
)
_MAX_DEPTH = 16


@dataclass(frozen=True)
class Column:
    """A selected column; `*` for all of them."""

    name: str
    alias: str | None = None
    cast: str | None = None


@dataclass(frozen=True)
class Condition:
    """`column operator value`; `value` is a tuple for `in`, a keyword for `is`."""

    column: str
    operator: str
    value: str | tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True)
class Logic:
    """A tree of conditions: all of them (`and`), or any (`or`)."""

    operator: str
    operands: tuple[Condition | Logic, ...]
    negated: bool = False


@dataclass(frozen=True)
class Order:
    column: str
    descending: bool = False
    nulls_first: bool | None = None


@dataclass(frozen=True)
class Query:
    """What is asked of one table, or of one that is embedded in it."""

    select: tuple[Column | Embed, ...] = (Column("*"),)
    where: tuple[Condition | Logic, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True)
class Embed:
    """A resource joined along a foreign key, shown under `alias` or its own name."""

    resource: str
    alias: str | None = None
    hint: str | None = None
    inner: bool = False
    query: Query = field(default_factory=Query)

    @property
    def key(self) -> str:
        return self.alias or self.resource


def parse_query(parameters: Iterable[tuple[str, str]], *, reserved: Iterable[str] = ()) -> Query:
    """Parse a request's query string. Raises RestError (PGRST100)."""
    query = Query()
    nested: list[tuple[list[str], str, str]] = []
    for key, value in parameters:
        if key in reserved:
            continue
        path = key.split(".")
        if key == "select":
            query = replace(query, select=Reader(value, "select parameter").select())
        elif key.startswith("not."):
            nested.append(([], key, value))
        elif len(path) > 1:
            nested.append((path[:-1], path[-1], value))
        else:
            nested.append(([], key, value))
    for path, key, value in nested:
        query = _apply(query, path, key, value)
    return query


def _apply(query: Query, path: list[str], key: str, value: str) -> Query:
    """Put one parameter where it belongs: `host.first_name` into the embedded `host`."""
    if path:
        name, *rest = path
        for index, item in enumerate(query.select):
            if isinstance(item, Embed) and item.key == name:
                inner = replace(item, query=_apply(item.query, rest, key, value))
                return replace(
                    query, select=(*query.select[:index], inner, *query.select[index + 1 :])
                )
        raise RestError(
            400,
            "PGRST108",
            f"'{name}' is not an embedded resource in this request",
            hint=f"Verify that '{name}' is included in the 'select' query parameter.",
        )
    match key:
        case "order":
            return replace(query, order=tuple(_order(item) for item in _split(value)))
        case "limit":
            return replace(query, limit=_number("limit", value))
        case "offset":
            return replace(query, offset=_number("offset", value))
        case "and" | "or" | "not.and" | "not.or":
            negated = key.startswith("not.")
            tree = Reader(value, "logic tree").logic(key.removeprefix("not."), negated=negated)
            return replace(query, where=(*query.where, tree))
    return replace(query, where=(*query.where, condition(key, value)))


def condition(column: str, text: str) -> Condition:
    """`[not.]operator.value` on a column."""
    negated = text.startswith("not.")
    operator, dot, value = text.removeprefix("not.").partition(".")
    name = operator.partition("(")[0]
    if name in _KNOWN_BUT_REFUSED:
        raise not_supported(f"the operator {name}")
    if not dot or operator not in OPERATORS:
        raise not_parsed("filter", text, '"not" or operator (eq, gt, ...)')
    if operator == "is":
        if value.lower() not in IS_VALUES:
            raise not_parsed("filter", text, "null or trilean value (unknown, true, false)")
        return Condition(column, operator, value.lower(), negated)
    if operator == "in":
        if not (value.startswith("(") and value.endswith(")")):
            raise not_parsed("filter", text, '"("')
        return Condition(column, operator, tuple(_list(value[1:-1])), negated)
    return Condition(column, operator, value, negated)


class Reader:
    """Reads one parameter from left to right."""

    def __init__(self, text: str, what: str) -> None:
        self._text = text
        self._what = what
        self._at = 0

    def select(self) -> tuple[Column | Embed, ...]:
        if not self._text:
            return (Column("*"),)
        items = self._items(0)
        self._end()
        return items

    def logic(self, operator: str, *, negated: bool) -> Logic:
        tree = Logic(operator, self._operands(0), negated)
        self._end()
        return tree

    def _items(self, depth: int) -> tuple[Column | Embed, ...]:
        items = [self._item(depth)]
        while self._take(","):
            items.append(self._item(depth))
        return tuple(items)

    def _item(self, depth: int) -> Column | Embed:
        if depth > _MAX_DEPTH:
            raise not_supported("embedding this deep")
        if self._take("*"):
            return Column("*")
        if self._take("..."):
            raise not_supported("spread embedding")
        name, alias = self._name(), None
        if self._peek(":") and not self._peek("::"):
            self._take(":")
            name, alias = self._name(), name
        hint, inner = None, False
        while self._take("!"):
            word = self._name()
            if word == "inner":
                inner = True
            elif word != "left":
                hint = word
        if self._take("("):
            items = () if self._peek(")") else self._items(depth + 1)
            self._expect(")")
            return Embed(name, alias, hint, inner, Query(select=items))
        if hint or inner:
            raise self._unexpected('"("')
        if self._peek("->"):
            raise not_supported("JSON paths")
        if self._peek("."):
            raise not_supported("aggregate functions")
        cast = self._name() if self._take("::") else None
        return Column(name, alias, cast)

    def _operands(self, depth: int) -> tuple[Condition | Logic, ...]:
        if depth > _MAX_DEPTH:
            raise not_supported("logic this deep")
        self._expect("(")
        operands = [self._operand(depth)]
        while self._take(","):
            operands.append(self._operand(depth))
        self._expect(")")
        return tuple(operands)

    def _operand(self, depth: int) -> Condition | Logic:
        match = re.compile(r"(not\.)?(and|or)(?=\()").match(self._text, self._at)
        if match:
            self._at = match.end()
            return Logic(match[2], self._operands(depth + 1), negated=bool(match[1]))
        column = self._name()
        self._expect(".")
        start = self._at
        match = re.compile(r"(?:not\.)?[a-z]+\.").match(self._text, self._at)
        if not match:
            raise not_parsed(self._what, self._text[start:], "operator (eq, gt, ...)")
        self._at = match.end()
        operator = self._text[start : self._at]
        if self._peek("("):
            close = self._closing()
            value = self._text[self._at : close]
            self._at = close
        elif self._peek('"'):
            value = self._quoted()
        else:
            match = re.compile(r"[^,)]*").match(self._text, self._at)
            assert match is not None  # noqa: S101  # the pattern may be empty
            value, self._at = match[0], match.end()
        return condition(column, operator + value)

    def _closing(self) -> int:
        """Behind the parenthesis that closes the one here; quotes may hold others."""
        quoted, at = False, self._at
        while at < len(self._text):
            char = self._text[at]
            if char == "\\" and quoted:
                at += 1
            elif char == '"':
                quoted = not quoted
            elif char == ")" and not quoted:
                return at + 1
            at += 1
        raise self._unexpected('")"')

    def _name(self) -> str:
        if self._peek('"'):
            return self._quoted()
        match = re.compile(r"[^\W\d][\w$]*(?: [\w$]+)*").match(self._text, self._at)
        if not match:
            raise self._unexpected("field name (* or [a..z0..9_$])")
        self._at = match.end()
        return match[0]

    def _quoted(self) -> str:
        match = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL).match(self._text, self._at)
        if not match:
            raise self._unexpected("a closing quote")
        self._at = match.end()
        return re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL)

    def _peek(self, token: str) -> bool:
        return self._text.startswith(token, self._at)

    def _take(self, token: str) -> bool:
        if self._peek(token):
            self._at += len(token)
            return True
        return False

    def _expect(self, token: str) -> None:
        if not self._take(token):
            raise self._unexpected(f'"{token}"')

    def _end(self) -> None:
        if self._at < len(self._text):
            raise self._unexpected("end of input")

    def _unexpected(self, expected: str) -> RestError:
        rest = self._text[self._at :]
        found = f'unexpected "{rest[:1]}"' if rest else "unexpected end of input"
        return RestError(
            400,
            "PGRST100",
            f'"failed to parse {self._what} ({self._text})" (line 1, column {self._at + 1})',
            details=f"{found} expecting {expected}",
        )


def _split(text: str) -> list[str]:
    return [item for item in text.split(",") if item]


def _list(text: str) -> list[str]:
    """The items of `in.(…)`: bare, or quoted with backslash escapes."""
    if not text:
        return []
    item = re.compile(r'\s*"((?:[^"\\]|\\.)*)"\s*|([^,]*)', re.DOTALL)
    items, at = [], 0
    while True:
        match = item.match(text, at)
        assert match is not None  # noqa: S101  # the second branch may be empty
        bare = match[2]
        items.append(re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL) if bare is None else bare)
        at = match.end()
        if at >= len(text):
            return items
        if text[at] != ",":
            raise not_parsed("filter", text, '","')
        at += 1


def _order(text: str) -> Order:
    if "(" in text:
        raise not_supported("ordering by an embedded resource")
    name, *words = text.split(".")
    order = Order(name)
    for word in words:
        match word:
            case "asc" | "desc":
                order = replace(order, descending=word == "desc")
            case "nullsfirst" | "nullslast":
                order = replace(order, nulls_first=word == "nullsfirst")
            case _:
                raise not_parsed("order", text, "asc, desc, nullsfirst or nullslast")
    return order


def _number(what: str, text: str) -> int:
    if not re.fullmatch(r"\d{1,18}", text):
        raise not_parsed(f"{what} parameter", text, "digit")
    return int(text)
