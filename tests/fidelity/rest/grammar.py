"""Requests at random: what PostgREST's grammar allows, what it nearly allows, and noise."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from tests.fidelity.rest.facts import (
    BAD_TOKENS,
    CODES,
    EMBEDS,
    FUNCTIONS,
    MEDIA,
    TABLES,
    VALUES,
    WHO,
    WORDS,
)


@dataclass
class Request:
    method: str
    path: str
    pairs: list[tuple[str, str | None]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    who: str = "service"
    malformed: bool = False
    """Whether it may be none of the grammar's: then any refusal will do."""
    noise: bytes | None = None

    @property
    def target(self) -> bytes:
        query = "&".join(
            _encoded(key) + ("" if value is None else "=" + _encoded(value))
            for key, value in self.pairs
        )
        target = f"/{quote(self.path)}" + (f"?{query}" if query else "")
        return target.encode() + (self.noise or b"")

    def __str__(self) -> str:
        lines = [f"{self.method} {self.target.decode('latin-1')} as {self.who}"]
        lines += [f"  {name}: {value}" for name, value in self.headers.items()]
        return "\n".join(lines) + (f"\n  {self.body!r}" if self.body is not None else "")


def _encoded(text: str) -> str:
    return quote(text, safe="!$'()*,-./:@_~\"{}\\")


class Grammar:
    """Gives one request after the other. The same dice give the same requests."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice

    def request(self) -> Request:
        kinds: Sequence[tuple[Callable[[], Request], int]] = [
            (self.read, 50), (self.write, 30), (self.call, 15), (self.odd, 5),
        ]  # fmt: skip
        [make] = self.dice.choices([k for k, _ in kinds], [w for _, w in kinds])
        request = make()
        if self.rarely(12):
            self.spoil(request)
        return request

    def rarely(self, percent: int) -> bool:
        return self.dice.random() * 100 < percent

    def one(self, choices: Sequence[str]) -> str:
        return self.dice.choice(choices)

    def read(self) -> Request:
        table = self.table()
        request = Request("HEAD" if self.rarely(5) else "GET", table, who=self.who())
        self.ask(request, table)
        return request

    def write(self) -> Request:
        table = self.table()
        method = self.one(["POST", "POST", "PATCH", "DELETE"])
        request = Request(method, table, who=self.who())
        if method != "POST":
            for _ in range(self.dice.choices((0, 1, 2), (1, 8, 2))[0]):
                request.pairs.append(self.filter(table))
            if self.rarely(5):
                request.pairs.append(self.tree(table))
        if self.rarely(50):
            request.pairs.append(("select", self.select(table, request, "", 0)))
        if method != "DELETE":
            columns = self.sample(table)
            if self.rarely(15):
                request.pairs.append(("columns", ",".join(f'"{column}"' for column in columns)))
            self.body(request, table, method == "POST")
        if method == "POST" and self.rarely(5):
            request.pairs.append(("on_conflict", self.one([*list(TABLES[table])[:2], "id"])))
        self.prefer(request)
        return request

    def call(self) -> Request:
        name = self.one(list(FUNCTIONS))
        arguments: dict[str, str] = {}
        for argument, type_ in FUNCTIONS[name].items():
            if not self.rarely(10 if name != "over" else 50):
                arguments[argument] = self.one(CODES) if type_ == "code" else self.value(type_)
        if self.rarely(4):
            arguments["zz"] = "1"
        request = Request("POST", f"rpc/{name}", who=self.who())
        request.body = json.dumps(arguments).encode()
        request.headers["Content-Type"] = "application/json"
        if self.rarely(5):
            request.body = self.one([json.dumps([arguments]), "{"]).encode()
        return request

    def odd(self) -> Request:
        path = self.one(["nope", "people", "rpc/add", "rpc/nope", "people/1", "", "rpc", "tall"])
        method = self.one(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "PUT"])
        request = Request(method, path, who=self.who(), malformed=True)
        if self.rarely(30):
            header = self.one(["Accept-Profile", "Content-Profile"])
            request.headers[header] = self.one(["public", "auth", "storage"])
        if self.rarely(50):
            request.who = self.one(BAD_TOKENS)
        return request

    def sample(self, table: str) -> list[str]:
        names = list(TABLES[table])
        return self.dice.sample(names, self.dice.randint(1, min(len(names), 3)))

    def table(self) -> str:
        return self.one([*TABLES, "people", "things", "things", "practice_sessions"])

    def who(self) -> str:
        return self.one(BAD_TOKENS) if self.rarely(2) else self.one(WHO)

    def ask(self, request: Request, table: str) -> None:
        """Columns, filters, order and page of a read."""
        if self.rarely(85):
            request.pairs.append(("select", self.select(table, request, "", 0)))
        for _ in range(self.dice.choices((0, 1, 2, 3), (3, 5, 2, 1))[0]):
            request.pairs.append(self.filter(table))
        if self.rarely(15):
            request.pairs.append(self.tree(table))
        if self.rarely(40):
            request.pairs.append(("order", self.order(table)))
        for key in ("limit", "offset"):
            if self.rarely(20):
                request.pairs.append((key, self.one(["0", "1", "2", "3", "9"])))
        self.prefer(request)
        if self.rarely(10):
            self.dice.shuffle(request.pairs)

    def prefer(self, request: Request) -> None:
        wishes = []
        if request.method not in ("GET", "HEAD") and self.rarely(70):
            wishes.append("return=" + self.one(["representation"] * 4 + ["minimal"]))
        if self.rarely(20):
            wishes.append("count=exact")
        if request.method == "POST" and self.rarely(35):
            wishes.append("resolution=" + self.one(["merge-duplicates", "ignore-duplicates"]))
            if not self.rarely(10):
                request.pairs.append(("on_conflict", next(iter(TABLES[request.path]))))
        if wishes:
            self.dice.shuffle(wishes)
            request.headers["Prefer"] = self.one([",", ", "]).join(wishes)
        if self.rarely(15):
            request.headers["Accept"] = self.one(MEDIA)
        if self.rarely(2):
            request.headers["Accept-Profile"] = "public"

    def select(self, table: str, request: Request, path: str, depth: int) -> str:
        items = []
        for _ in range(self.dice.choices((0, 1, 2, 3), (1, 6, 4, 2))[0]):
            item = self.name(table)
            if self.rarely(15):
                item = self.one(["a", '"b c"', '"ü"', "_row", '"x-y"', "id"]) + ":" + item
            items.append(item)
        if self.rarely(25) or not items:
            items.append("*")
        while depth < 3 and table in EMBEDS and self.rarely(30 if depth == 0 else 25):
            resource = self.one(list(EMBEDS[table]))
            other = EMBEDS[table][resource]
            alias = self.one(["e", "f", "boss"]) if self.rarely(50) else ""
            key = alias or resource.partition("!")[0]
            kind = self.one(["!inner", "!inner", "!left"]) if self.rarely(30) else ""
            where = f"{path}{key}."
            inner = self.select(other, request, where, depth + 1)
            items.append(f"{alias}{':' if alias else ''}{resource}{kind}({inner})")
            if self.rarely(30):
                name, value = self.filter(other)
                request.pairs.append((where + name, value))
        if self.rarely(10):
            self.dice.shuffle(items)
        return ",".join(items)

    def name(self, table: str) -> str:
        name = "nope" if self.rarely(2) else self.one(list(TABLES[table]))
        return f'"{name}"' if " " in name or self.rarely(5) else name

    def filter(self, table: str) -> tuple[str, str]:
        name = self.name(table)
        return name, self.operation(TABLES[table].get(name.strip('"'), "text"), nested=False)

    def operation(self, type_: str, *, nested: bool) -> str:
        others = ["neq", "gt", "gte", "lt", "lte", "like", "ilike", "in", "in", "is", "is"]
        operator = self.one(["eq"] * 5 + others)
        negated = "not." if self.rarely(15) else ""
        if operator == "is":
            return negated + "is." + self.one(["null", "null", "true", "false", "unknown", "NULL"])
        if operator == "in":
            values = [self.quoted(self.value(type_)) for _ in range(self.dice.randint(0, 3))]
            return f"{negated}in.({','.join(values)})"
        value = self.value(type_)
        if "like" in operator:
            value = self.one([value, value + "*", "*" + value, "*", f"{value[:2]}%"])
        return f"{negated}{operator}.{self.quoted(value) if nested else value}"

    def value(self, type_: str) -> str:
        return self.one(VALUES[type_] if not self.rarely(3) else WORDS)

    def quoted(self, value: str) -> str:
        """A value for a list or a tree: quoted where it has to be, and at times elsewhere."""
        if any(char in value for char in ',()"\\') or self.rarely(20):
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return value

    def tree(self, table: str, depth: int = 0) -> tuple[str, str]:
        operator = self.one(["and", "or", "or", "not.and", "not.or"])
        operands = []
        for _ in range(self.dice.randint(1, 3)):
            if depth < 2 and self.rarely(20):
                operands.append("".join(self.tree(table, depth + 1)))
            else:
                name = self.name(table)
                type_ = TABLES[table].get(name.strip('"'), "text")
                operands.append(f"{name}.{self.operation(type_, nested=True)}")
        return operator, f"({self.one([',', ', ']).join(operands)})"

    def order(self, table: str) -> str:
        terms = []
        for _ in range(self.dice.randint(1, 2)):
            direction = self.one(["", "", ".asc", ".desc"])
            nulls = self.one(["", "", ".nullsfirst", ".nullslast"])
            terms.append(self.name(table) + direction + nulls)
        return ",".join(terms)

    def body(self, request: Request, table: str, several: bool) -> None:
        columns = self.sample(table)
        key = next(iter(TABLES[table]))
        if several and self.rarely(80) and key not in columns:
            columns.append(key)
        if several and table == "practice_sessions" and self.rarely(80):
            columns = ["id", "host_id", "datetime_utc", "type"]
        if several and table == "people" and self.rarely(80):
            columns = ["id", "name", "nick"]
        if self.rarely(3):
            columns.append("zzz")

        def row() -> dict[str, object]:
            return {name: self.json_value(TABLES[table].get(name, "text")) for name in columns}

        value: object = row()
        if several and self.rarely(30):
            value = [row() for _ in range(self.dice.randint(0, 3))]
            if value and self.rarely(5):
                value[0].popitem()  # type: ignore[index]
        if self.rarely(4):
            value = self.dice.choice([{}, [{}, {}], [], [1], [[]], [value, 1]])
        request.body = json.dumps(value, ensure_ascii=self.rarely(50)).encode()
        request.headers["Content-Type"] = "application/json"
        if self.rarely(2):
            request.body = self.dice.choice(
                [b"", b"{", b'{"id":NaN}', b"\xff", b'{"id":1,"id":2}', b'{"name":"\\u0000"}',
                 b'{"name":"\\ud800"}']
            )  # fmt: skip
        if self.rarely(2):
            kinds = ["text/csv", "text/html", "application/json;x"]
            request.headers["Content-Type"] = self.one(kinds)

    def json_value(self, type_: str) -> object:
        value = self.value(type_)
        if self.rarely(10):
            return None
        if type_ in ("integer", "numeric", "float", "boolean", "array", "json") and self.rarely(70):
            try:
                return json.loads(value)
            except ValueError:
                return value
        return value

    def spoil(self, request: Request) -> None:
        """Change something in a request that was right."""
        if not request.pairs:
            return
        request.malformed = True
        at = self.dice.randrange(len(request.pairs))
        key, value = request.pairs[at]
        what = self.one(["key", "value", "value", "value", "twice", "none", "noise"])
        if what == "key":
            request.pairs[at] = (self.garbled(key), value)
        elif what == "value":
            request.pairs[at] = (key, self.garbled(value or ""))
        elif what == "twice":
            request.pairs.append((key, self.garbled(value or "")))
        elif what == "none":
            request.pairs[at] = (key, None)
        else:
            request.noise = self.dice.choice(
                [b"&", b"&&a", b"=", b"&=eq.1", b"&id=eq.%zz", b"&id=eq.%ff", b"&id=eq.%00", b";id",
                 b"&select", b"&select=", b"&order=", b"&limit=%31", b"&or=", b"&id=", b"+"]
            )  # fmt: skip

    def garbled(self, text: str) -> str:
        tokens = [
            *"().,:!*\"\\'; -&{}$\u00df\x00",
            "::",
            "->",
            "->>",
            "not.",
            "eq.",
            "...",
            "%",
            "inner",
            "count()",
            ".sum()",
            "in.",
            "is.",
            "\U0001f600",
            "--",
            "nulls",
            "\u0301",
        ]
        at = self.dice.randint(0, len(text))
        if self.rarely(40) and text:
            return text[: max(at - 1, 0)] + text[at:]
        return text[:at] + self.one(tokens) + text[at:]
