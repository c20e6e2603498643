"""What there is to ask for in the database of `lab.py`: the words of the grammar."""

from __future__ import annotations

IDS = [f"00000000-0000-4000-8000-0000000000{n:02}" for n in range(12)]
"""Of people 0 to 3, of sessions 4 to 8, of cases 9 and 10; nobody's is 11."""

WORDS = ["lamp", "Lamp", "a,b", 'say "hi" (now)', "100%_\\*", "abc", "é", "", "null", "mock", "x y",
         "it's", "a\\b", "{x}", "(y)", "open", "Ada", "a.b", "*", "%", "ß",
         "long open words"]  # fmt: skip
VALUES: dict[str, list[str]] = {
    "integer": ["1", "2", "3", "4", "0", "-1", "99", "007", " 2 ", "x", "", "1.5", "2147483648"],
    "numeric": ["12.5", "12.50", "3", "-1", "99999.99", "1e2", "NaN", "x", "100000000"],
    "float": ["1.5", "NaN", "1e20", "-0.5", "Infinity", "x"],
    "boolean": ["true", "false", "t", "no", "1", "x"],
    "timestamp": ["2026-01-02T03:04:05Z", "2026-01-02 03:04:05+00", "infinity", "x",
                  "2025-06-01", "2030-01-01T00:00:00+01:00"],
    "date": ["2026-01-02", "2024-02-29", "2023-02-29", "x"],
    "array": ["{}", "{red}", '{red,"a,b"}', "{NULL}", "x", '{"q\\"uote"}'],
    "json": ['{"a": 1}', "[]", "null", '"text"', "{", "1"],
    "mood": ["calm", "tense", "cross", ""],
    "uuid": [*IDS, "x", ""],
    "text": WORDS,
}  # fmt: skip

TABLES: dict[str, dict[str, str]] = {
    "people": {"id": "integer", "name": "text", "nick": "text", "boss_id": "integer"},
    "things": {"id": "integer", "name": "text", "size": "numeric", "weight": "float",
               "flag": "boolean", "made": "timestamp", "day": "date", "tags": "array",
               "data": "json", "raw": "json", "mood": "mood", "code": "text", "fixed": "text",
               "owner_id": "integer", "maker_id": "integer", "odd name": "text", "Ünï": "text",
               "twice": "integer", "note": "text"},
    "badges": {"person_id": "integer", "label": "text"},
    "loans": {"person_id": "integer", "thing_id": "integer", "kind": "text"},
    "parts": {"thing_id": "integer", "no": "integer", "label": "text"},
    "part_notes": {"id": "integer", "thing_id": "integer", "part_no": "integer", "words": "text"},
    "secrets": {"id": "integer", "owner": "text", "words": "text"},
    "keyless": {"a": "integer", "b": "text"},
    "tall": {"id": "integer", "name": "text", "size": "numeric"},
    "profiles": {"user_id": "uuid", "first_name": "text", "last_name": "text",
                 "training_level": "text", "avatar": "text"},
    "cases": {"id": "uuid", "category": "text", "domain": "text", "case_name": "text",
              "actor_brief": "text"},
    "practice_sessions": {"id": "uuid", "host_id": "uuid", "guest_id": "uuid",
                          "datetime_utc": "timestamp", "type": "text", "room_url": "text",
                          "case_id": "uuid", "candidate_id": "uuid", "version": "integer"},
}  # fmt: skip

# What can be embedded in a table, by name and hint, and what table that is.
EMBEDS: dict[str, dict[str, str]] = {
    "people": {"things!owner_id": "things", "things!made_by": "things", "things": "things",
               "badges": "badges", "loans": "loans", "badges!badges_person_id_fkey": "badges"},
    "things": {"people!owner_id": "people", "people!made_by": "people", "people": "people",
               "loans": "loans", "parts": "parts", "parts!thing_id": "parts",
               "people!things_owner_id_fkey": "people"},
    "badges": {"people": "people", "people!person_id": "people"},
    "loans": {"people": "people", "things": "things"},
    "parts": {"things": "things", "part_notes": "part_notes"},
    "part_notes": {"parts": "parts", "parts!of_part": "parts"},
    "profiles": {"practice_sessions!practice_sessions_host_id_fkey": "practice_sessions",
                 "practice_sessions!guest_id": "practice_sessions",
                 "practice_sessions": "practice_sessions"},
    "cases": {"practice_sessions": "practice_sessions"},
    "practice_sessions": {"profiles!practice_sessions_host_id_fkey": "profiles",
                          "profiles!guest_id": "profiles", "profiles": "profiles",
                          "cases": "cases"},
}  # fmt: skip

FUNCTIONS: dict[str, dict[str, str]] = {
    "add": {"a": "integer", "b": "integer"},
    "greet": {"name": "text"},
    "all_things": {},
    "one_person": {"of_id": "integer"},
    "numbers": {"up_to": "integer"},
    "pair": {},
    "pairs": {"n": "integer"},
    "nothing": {},
    "rename_person": {"of_id": "integer", "new_name": "text"},
    "refuse": {"reason": "text", "code": "code"},
    "over": {"a": "integer", "b": "text"},
    "echo_json": {"value": "json"},
    "echo_tags": {"tags": "array"},
    "who": {},
    "hidden": {},
    "session_case": {"session_id": "uuid"},
    "nope": {"a": "integer"},
}
CODES = ["P0001", "PT418", "PT404", "42501", "23505", "57014", "22000", "PTABC", "XX000", "53400",
         "53100", "28000", "0A000", "42883", "42P17", "P0002", "38000", "25000", "2D000",
         "57P01", "08000", "0L000", "55000"]  # fmt: skip

WHO = ["anon", "none", "amara", "daniel", "stranger", "service", "service", "service"]
BAD_TOKENS = ["expired", "early", "future", "forged", "garbage", "parts", "postgres",
              "nobody", "roleless", "unknown", "inner"]  # fmt: skip
MEDIA = ["application/json", "*/*", "application/vnd.pgrst.object+json", "text/csv",
         "application/json; charset=utf-8"]  # fmt: skip
