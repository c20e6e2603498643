"""Reads one parameter of the query string from left to right, in PostgREST's grammar."""

from __future__ import annotations

import re
from typing import NoReturn

from medtui.local.rest.errors import not_parsed, not_supported
from medtui.local.rest.query import Column, Condition, Embed, Logic, Order, Query

OPERATORS = frozenset({"eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "in", "is"})
OTHERS = frozenset(
    {"match", "imatch", "isdistinct", "cs", "cd", "ov", "sl", "sr", "nxr", "nxl", "adj"}
    | {"fts", "plfts", "phfts", "wfts"}
)
"""PostgREST's operators that are not spoken here."""
_IS_VALUES = re.compile("null|unknown|true|false", re.IGNORECASE)
_OPERATOR = re.compile(r"([a-z]+)(\([^)]*\))?\.")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_BARE = re.compile(r"[^,)]*")
_NAME = re.compile(r"[\w $]+(?:-(?!>)[\w $]+)*")
_TREE = re.compile(r"(not\.)?(and|or)[ \t]*\(")
_COMMA = re.compile(r"[ \t]*,[ \t]*")
_BLANKS = re.compile(r"[ \t]*")
_TERM_END = re.compile(r"[ \t]*(?:\.(asc|desc))?(?:\.nulls(first|last))?")
_MAX_DEPTH = 16
MAX_EMBED_DEPTH, MAX_EMBEDS = 3, 20
"""How deep resources may be embedded in each other, and how many there may be in a request: each
multiplies what Postgres has to do."""


class Reader:
    """`what` names the parameter in errors. Every method raises RestError (PGRST100)."""

    def __init__(self, text: str, what: str, *, prefix: str = "") -> None:
        self._text = prefix + text
        self._what = f"{what} ({text})"
        self._at = 0
        self._embeds = 0

    def select(self) -> Query:
        query = self._items(0)
        self.end()
        return query

    def names(self) -> tuple[str, ...]:
        """Column names, separated by commas."""
        names = [self.name()]
        while self._comma():
            names.append(self.name())
        self.end()
        return tuple(names)

    def path(self) -> list[str]:
        """Names separated by dots: the way to an embedded resource, and what is there."""
        names = [self.name()]
        while self._take("."):
            names.append(self.name())
        self.end()
        return names

    def order(self) -> list[Order]:
        terms = [self._term()]
        while self._take(","):
            terms.append(self._term())
        self.end()
        return terms

    def logic(self) -> Logic:
        """`and(…)` or `or(…)`."""
        tree = self._operand(0)
        self.end()
        if not isinstance(tree, Logic):
            self._fail("logic operator (and, or)")
        return tree

    def condition(self, column: str) -> Condition:
        """`[not.]operator.value`, to the end."""
        condition = self._condition(column, nested=False)
        self.end()
        return condition

    def end(self) -> None:
        if self._at < len(self._text):
            self._fail("end of input")

    def name(self) -> str:
        """An identifier: letters, digits, `_ $`, blanks and dashes inside; or anything, quoted."""
        if self._peek('"'):
            match = _QUOTED.match(self._text, self._at)
            if not match:
                self._at = len(self._text)
                self._fail('"\\""')
            self._at = match.end()
            return _unescaped(match[1])
        match = _NAME.match(self._text, self._at)
        if not match:
            self._fail("field name (* or [a..z0..9_$])")
        self._at = match.end()
        return "-".join(part.strip() for part in match[0].split("-"))

    def _items(self, depth: int) -> Query:
        query = Query()
        while True:
            item = self._item(depth)
            if isinstance(item, Embed):
                query.embeds.append(item)
            else:
                query.columns.append(item)
            if not self._comma():
                return query

    def _item(self, depth: int) -> Column | Embed:
        self._blanks()
        if self._take("*"):
            return Column("*")
        name, alias = self.name(), None
        if self._peek(":") and not self._peek("::"):
            self._take(":")
            name, alias = self.name(), name
        hint, inner = None, False
        while self._take("!"):
            word = self.name()
            if word in ("inner", "left"):
                inner = inner or word == "inner"
            elif hint:
                self._fail('"("')
            else:
                hint = word
        if self._take("("):
            self._embeds += 1
            if depth >= MAX_EMBED_DEPTH or self._embeds > MAX_EMBEDS:
                raise not_supported(
                    f"embedding more than {MAX_EMBED_DEPTH} deep, or {MAX_EMBEDS} in all"
                )
            query = self._items(depth + 1)
            self._expect(")")
            return Embed(name, alias, hint, inner, query)
        if hint or inner:
            self._fail('"("')
        self._blanks()
        if self._at < len(self._text) and self._text[self._at] not in ",)":
            self._fail('")", "," or end of input')
        return Column(name, alias)

    def _term(self) -> Order:
        self._blanks()
        name = self.name()
        match = _TERM_END.match(self._text, self._at)
        assert match is not None  # noqa: S101  # the pattern may be empty
        self._at = match.end()
        return Order(name, match[1] or "", match[2] or "")

    def _operand(self, depth: int) -> Condition | Logic:
        if depth > _MAX_DEPTH:
            raise not_supported("logic this deep")
        self._blanks()
        match = _TREE.match(self._text, self._at)
        if match:
            self._at = match.end()
            operands = [self._operand(depth + 1)]
            while self._comma():
                operands.append(self._operand(depth + 1))
            self._blanks()
            self._expect(")")
            self._blanks()
            return Logic(match[2], tuple(operands), negated=bool(match[1]))
        column = self.name()
        self._expect(".")
        return self._condition(column, nested=True)

    def _condition(self, column: str, *, nested: bool) -> Condition:
        negated = self._take("not.")
        match = _OPERATOR.match(self._text, self._at)
        if match and match[1] in OTHERS | OPERATORS and (match[2] or match[1] in OTHERS):
            raise not_supported(f"the operator {match[1]}{match[2] or ''}")
        if not match or match[1] not in OPERATORS:
            self._fail('"not" or operator (eq, gt, ...)')
        operator, self._at = match[1], match.end()
        value: str | tuple[str, ...]
        if operator == "in":
            value = self._list()
        elif operator == "is":
            word = _IS_VALUES.match(self._text, self._at)
            if not word:
                self._fail("null or trilean value (unknown, true, false)")
            value, self._at = word[0].lower(), word.end()
        elif nested:
            value = self._value()
        else:
            value, self._at = self._text[self._at :], len(self._text)
        return Condition(column, operator, value, negated)

    def _list(self) -> tuple[str, ...]:
        self._blanks()
        self._expect("(")
        self._blanks()
        items = [self._value()]
        while self._take(","):
            items.append(self._value())
        self._expect(")")
        self._blanks()
        return tuple(items)

    def _value(self) -> str:
        """A value in a list: quoted, or bare to the next comma or parenthesis."""
        quoted = _QUOTED.match(self._text, self._at)
        if quoted and self._text[quoted.end() : quoted.end() + 1] in ("", ",", ")"):
            self._at = quoted.end()
            return _unescaped(quoted[1])
        match = _BARE.match(self._text, self._at)
        assert match is not None  # noqa: S101  # the pattern may be empty
        self._at = match.end()
        return match[0]

    def _blanks(self) -> None:
        match = _BLANKS.match(self._text, self._at)
        self._at = match.end() if match else self._at

    def _comma(self) -> bool:
        """Take a comma and the blanks around it; or nothing."""
        match = _COMMA.match(self._text, self._at)
        if match:
            self._at = match.end()
        return bool(match)

    def _peek(self, token: str) -> bool:
        return self._text.startswith(token, self._at)

    def _take(self, token: str) -> bool:
        if self._peek(token):
            self._at += len(token)
            return True
        return False

    def _expect(self, token: str) -> None:
        if not self._take(token):
            self._fail(f'"{token}"')

    def _fail(self, expected: str) -> NoReturn:
        raise not_parsed(self._what, self._text, self._at, expected)


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)
