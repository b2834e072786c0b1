"""Wrong passwords of a user name: counted at each address, so that nobody keeps another person out of the system.

Five within five minutes lock the name at that address (`ACCOUNT_RATE_LIMITS`, which allauth applies); here is what
goes beyond it: a limit of the name over all addresses, what administrators see of a lock, and how they lift it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from allauth.core.internal.ratelimit import Rate, cache_lock, consume, get_cache_key, get_rates
from django.core.cache import cache
from django.http import HttpRequest

from units.models import User
from units.text import login_key

APP, ADDRESS, NAME = "allauth.account", "login_failed", "login_name"
# One address cannot reach it: five in five minutes are sixty in an hour.
EVERYWHERE = {NAME: "100/h/key"}
REMEMBERED = 3600  # seconds for which an address with a wrong password is known


@dataclass(frozen=True, slots=True)
class Lock:
    """A name that cannot log in from the address ("": from none) until then."""

    address: str
    until: datetime


def key_of(username: str, address: str) -> str:
    """Under which allauth counts."""
    return f"{login_key(username)} {address}"


def is_locked_everywhere(request: HttpRequest, username: str) -> bool:
    return not consume(request, app=APP, action=NAME, config=EVERYWHERE, key=login_key(username), dry_run=True)


def count_failure(request: HttpRequest, username: str, address: str) -> None:
    """Another wrong password. Allauth has counted it for the address already."""
    consume(request, app=APP, action=NAME, config=EVERYWHERE, key=login_key(username))
    with cache_lock(_known(username)):
        cache.set(_known(username), {*_addresses(username), address}, REMEMBERED)


def locks_of(user: User) -> list[Lock]:
    """Where the user cannot log in for now because of wrong passwords."""
    found = ((address, _until(count)) for address, count in _counts(user.username))
    return [Lock(address, until) for address, until in found if until is not None]


def lift(user: User) -> None:
    """Forget the wrong passwords of the user."""
    cache.delete_many([*(key for _address, (key, _rate) in _counts(user.username)), _known(user.username)])


def trouble() -> str:
    """Why wrong passwords cannot be counted: a full disk, a folder of somebody else's, a server that is down."""
    try:
        cache.set("login-probe", time.time(), 60)
    except Exception as error:  # noqa: BLE001 every cache has errors of its own
        return str(error) or type(error).__name__
    return ""


Count = tuple[str, Rate]  # key in the cache of the times of wrong passwords, newest first; how many are allowed


def _count(action: str, rate: Rate, key: str) -> Count:
    return get_cache_key(None, app=APP, action=action, rate=rate, key=key), rate  # type: ignore[arg-type]


def _counts(username: str) -> Iterator[tuple[str, Count]]:
    """Every count of the name that may lock it, with its address."""
    per_key = [rate for rate in get_rates(app=APP, action=ADDRESS) if rate.per == "key"]
    for address in sorted(_addresses(username)):
        for rate in per_key:
            yield address, _count(ADDRESS, rate, key_of(username, address))
    for rate in get_rates(app=APP, action=NAME, config=EVERYWHERE):
        yield "", _count(NAME, rate, login_key(username))


def _until(count: Count) -> datetime | None:
    """When the lock ends; None where there is none."""
    key, rate = count
    times = [at for at in cache.get(key, []) if at > time.time() - rate.duration]
    return datetime.fromtimestamp(times[rate.amount - 1] + rate.duration, UTC) if len(times) >= rate.amount else None


def _known(username: str) -> str:
    """Key in the cache of the addresses from which a wrong password of the name came."""
    return f"login-addresses:{sha256(login_key(username).encode()).hexdigest()}"


def _addresses(username: str) -> set[str]:
    found: set[str] = cache.get(_known(username), set())
    return found
