"""Zones as people name them: by a city, a country, an abbreviation or an offset.

A list of our own: the zone database has one city for each zone, and its abbreviations do not say
which of several countries is meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

LONGEST_OFFSET = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class NamedZone:
    """A zone that a typed name may mean.

    `offset`: the one that the name strictly says, in summer and winter; None: it names a place,
    where the zone's own offset of that day counts.
    """

    zone: tzinfo
    offset: timedelta | None = None


_PLACES = {
    "Europe/London": "uk, gb, britain, england, scotland, wales, london, edinburgh, glasgow, "
    "cardiff, swansea, belfast, manchester, leeds, liverpool, bristol, oxford, sheffield, "
    "newcastle, nottingham, leicester, southampton, norwich, aberdeen, dundee, birmingham, "
    "cambridge, perth",
    "Europe/Dublin": "ireland, dublin, cork, galway, limerick",
    "Europe/Lisbon": "portugal, lisbon, porto",
    "Europe/Madrid": "spain, madrid, barcelona",
    "Europe/Paris": "france, paris, lyon, marseille",
    "Europe/Brussels": "belgium, brussels",
    "Europe/Amsterdam": "netherlands, amsterdam, rotterdam",
    "Europe/Berlin": "germany, berlin, munich, hamburg, cologne, frankfurt, heidelberg",
    "Europe/Zurich": "switzerland, zurich, zürich, geneva, basel, bern",
    "Europe/Vienna": "austria, vienna",
    "Europe/Rome": "italy, rome, milan",
    "Europe/Malta": "malta, valletta",
    "Europe/Copenhagen": "denmark, copenhagen",
    "Europe/Oslo": "norway, oslo",
    "Europe/Stockholm": "sweden, stockholm",
    "Europe/Helsinki": "finland, helsinki",
    "Europe/Warsaw": "poland, warsaw, krakow",
    "Europe/Prague": "prague",
    "Europe/Budapest": "hungary, budapest",
    "Europe/Bucharest": "romania, bucharest",
    "Europe/Sofia": "bulgaria, sofia, plovdiv",
    "Europe/Athens": "greece, athens",
    "Europe/Kyiv": "ukraine, kyiv, kiev",
    "Europe/Moscow": "moscow",
    "Europe/Istanbul": "turkey, istanbul, ankara",
    "Atlantic/Reykjavik": "iceland, reykjavik",
    "Africa/Cairo": "egypt, cairo, alexandria",
    "Africa/Khartoum": "sudan, khartoum",
    "Africa/Tripoli": "libya, tripoli",
    "Africa/Tunis": "tunisia, tunis",
    "Africa/Casablanca": "morocco, casablanca",
    "Africa/Lagos": "nigeria, lagos, abuja",
    "Africa/Accra": "ghana, accra",
    "Africa/Nairobi": "kenya, nairobi",
    "Africa/Kampala": "uganda, kampala",
    "Africa/Addis_Ababa": "ethiopia, addis ababa",
    "Africa/Harare": "zimbabwe, harare",
    "Africa/Johannesburg": "south africa, johannesburg, cape town, durban",
    "Asia/Jerusalem": "israel, jerusalem, tel aviv",
    "Asia/Beirut": "lebanon, beirut",
    "Asia/Amman": "jordan, amman",
    "Asia/Damascus": "syria, damascus",
    "Asia/Baghdad": "iraq, baghdad",
    "Asia/Tehran": "iran, tehran",
    "Asia/Riyadh": "saudi arabia, riyadh, jeddah",
    "Asia/Kuwait": "kuwait",
    "Asia/Bahrain": "bahrain",
    "Asia/Qatar": "qatar, doha",
    "Asia/Dubai": "uae, dubai, abu dhabi",
    "Asia/Muscat": "oman, muscat",
    "Asia/Karachi": "pakistan, karachi, lahore, islamabad",
    "Asia/Kolkata": "india, kolkata, calcutta, delhi, new delhi, mumbai, bombay, chennai, madras, "
    "bangalore, bengaluru, hyderabad, pune, kochi",
    "Asia/Colombo": "sri lanka, colombo",
    "Asia/Kathmandu": "nepal, kathmandu",
    "Asia/Dhaka": "bangladesh, dhaka",
    "Asia/Yangon": "myanmar, burma, yangon, rangoon",
    "Asia/Bangkok": "thailand, bangkok",
    "Asia/Ho_Chi_Minh": "vietnam, hanoi, saigon",
    "Asia/Kuala_Lumpur": "malaysia, kuala lumpur, penang",
    "Asia/Singapore": "singapore",
    "Asia/Jakarta": "jakarta",
    "Asia/Manila": "philippines, manila",
    "Asia/Hong_Kong": "hong kong",
    "Asia/Shanghai": "china, beijing, shanghai",
    "Asia/Taipei": "taiwan, taipei",
    "Asia/Seoul": "korea, seoul",
    "Asia/Tokyo": "japan, tokyo, osaka",
    "Australia/Sydney": "sydney, canberra",
    "Australia/Melbourne": "melbourne",
    "Australia/Hobart": "hobart",
    "Australia/Brisbane": "brisbane",
    "Australia/Adelaide": "adelaide",
    "Australia/Darwin": "darwin",
    "Australia/Perth": "perth",
    "Pacific/Auckland": "new zealand, nz, auckland, wellington, christchurch",
    "Pacific/Honolulu": "hawaii, honolulu",
    "America/Anchorage": "alaska, anchorage",
    "America/Los_Angeles": "pacific, los angeles, la, san francisco, san diego, seattle, "
    "las vegas, california",
    "America/Phoenix": "phoenix, arizona",
    "America/Denver": "mountain, denver, salt lake city",
    "America/Chicago": "central, chicago, houston, dallas, minneapolis, birmingham",
    "America/New_York": "eastern, new york, ny, nyc, boston, cambridge, philadelphia, baltimore, "
    "washington, atlanta, miami, detroit",
    "America/Vancouver": "vancouver",
    "America/Edmonton": "calgary, edmonton",
    "America/Winnipeg": "winnipeg",
    "America/Toronto": "toronto, ottawa, montreal",
    "America/Halifax": "halifax",
    "America/St_Johns": "newfoundland",
    "America/Mexico_City": "mexico city",
    "America/Jamaica": "jamaica, kingston",
    "America/Port_of_Spain": "trinidad, port of spain",
    "America/Barbados": "barbados, bridgetown",
    "America/Bogota": "colombia, bogota",
    "America/Lima": "peru, lima",
    "America/Sao_Paulo": "sao paulo, rio de janeiro",
    "America/Argentina/Buenos_Aires": "argentina, buenos aires",
}

_ABBREVIATIONS = """
gmt Europe/London 0, bst Europe/London 1, bst Asia/Dhaka 6, wet Europe/Lisbon 0,
west Europe/Lisbon 1, cet Europe/Paris 1, cest Europe/Paris 2, eet Europe/Athens 2,
eest Europe/Athens 3, msk Europe/Moscow 3, trt Europe/Istanbul 3, ist Asia/Kolkata 5.5,
ist Europe/Dublin 1, ist Asia/Jerusalem 2, idt Asia/Jerusalem 3, sast Africa/Johannesburg 2,
eat Africa/Nairobi 3, cat Africa/Harare 2, wat Africa/Lagos 1, gst Asia/Dubai 4,
pkt Asia/Karachi 5, npt Asia/Kathmandu 5.75, ict Asia/Bangkok 7, sgt Asia/Singapore 8,
myt Asia/Kuala_Lumpur 8, hkt Asia/Hong_Kong 8, jst Asia/Tokyo 9, kst Asia/Seoul 9,
awst Australia/Perth 8, acst Australia/Adelaide 9.5, acdt Australia/Adelaide 10.5,
aest Australia/Sydney 10, aedt Australia/Sydney 11, nzst Pacific/Auckland 12,
nzdt Pacific/Auckland 13, est America/New_York -5, edt America/New_York -4,
cst America/Chicago -6, cst Asia/Shanghai 8, cdt America/Chicago -5, mst America/Denver -7,
mdt America/Denver -6, pst America/Los_Angeles -8, pdt America/Los_Angeles -7,
akst America/Anchorage -9, akdt America/Anchorage -8, hst Pacific/Honolulu -10,
ast America/Halifax -4, ast Asia/Riyadh 3, adt America/Halifax -3, nst America/St_Johns -3.5,
et America/New_York, ct America/Chicago, mt America/Denver, pt America/Los_Angeles
"""


@cache
def _places() -> dict[str, tuple[str, ...]]:
    """The zones of each place."""
    found: dict[str, tuple[str, ...]] = {}
    for key, names in _PLACES.items():
        for name in names.split(", "):
            found[name] = (*found.get(name, ()), key)
    return found


@cache
def _abbreviations() -> dict[str, tuple[tuple[str, timedelta | None], ...]]:
    """The zone and the offset of each abbreviation; an offset of None: as the zone has it."""
    found: dict[str, tuple[tuple[str, timedelta | None], ...]] = {}
    for entry in _ABBREVIATIONS.replace("\n", " ").split(","):
        name, key, *hours = entry.split()
        offset = timedelta(hours=float(hours[0])) if hours else None
        found[name] = (*found.get(name, ()), (key, offset))
    return found


def zones_called(name: str, own: tzinfo) -> tuple[NamedZone, ...]:
    """All zones that a name may mean, in lower case; none if it is no zone's.

    `own`: the user's zone. Where it goes by that abbreviation, no other zone is meant.
    """
    if name in ("utc", "z", "zulu"):
        return (NamedZone(timezone.utc),)  # noqa: UP017  # the name is what `UTC` is
    if name in _places():
        return tuple(NamedZone(ZoneInfo(key)) for key in _places()[name])
    for month in (1, 7):
        at = datetime(2026, month, 1, tzinfo=own)
        if name.isalpha() and (at.tzname() or "").casefold() == name:
            return (NamedZone(own, at.utcoffset()),)
    listed = _abbreviations().get(name, ())
    return tuple(NamedZone(ZoneInfo(key), offset) for key, offset in listed)


def zone_of_key(key: str) -> tuple[NamedZone, ...]:
    """The zone of a key such as "europe/paris", in any case; none if there is no such zone."""
    parts = [_capitalised(part) for part in key.split("/")]
    try:
        return (NamedZone(ZoneInfo("/".join(parts))),)
    except (KeyError, ValueError, OSError):
        return ()


def zone_at(sign: str, hours: str, minutes: str | None) -> tuple[NamedZone, ...]:
    """The zone at an offset such as "+", "5", "30"; none if no place has it."""
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if offset > LONGEST_OFFSET or int(minutes or 0) > 59:
        return ()
    return (NamedZone(timezone(-offset if sign == "-" else offset)),)


@cache
def zone_names(own: tzinfo) -> str:
    """A pattern of all names that `zones_called` knows; longer ones first."""
    names = {"utc", "z", "zulu", *_places(), *_abbreviations()}
    for month in (1, 7):
        own_name = (datetime(2026, month, 1, tzinfo=own).tzname() or "").casefold()
        names |= {own_name} if own_name.isalpha() else set()
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


def _capitalised(word: str) -> str:
    return re.sub(r"[a-z]+", lambda found: _cased(found[0]), word)


def _cased(word: str) -> str:
    return word if word in ("of", "es", "de", "au") else word.capitalize()
