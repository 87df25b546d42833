"""Who may ask this dashboard: requests by its own address, from its own pages. All else is refused before it runs.

A page from elsewhere can have its name pointed at this machine, and a page of another program on it can open a
websocket to any port: the browser lets both. What gives them away are the headers Host and Origin, which a page
cannot choose. Headers that a proxy adds (X-Forwarded-*) are not asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from gepnet_core.errors import OptionRefused, printable

SETTING = "GEPNET_ALLOWED_HOSTS"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
PLAIN_PORTS = (80, 443)  # a browser leaves these out of an address
SCHEMES = ("http", "https")
HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?)(:[0-9]{1,5})?")
MOST_SHOWN = 100


def further_hosts(text: str) -> frozenset[str]:
    """Return the hosts that the setting names beside this machine's own, in lower case.

    Parameters
    ----------
    text
        Hosts as they stand in a browser's address bar, with the port where it shows one, separated by commas:
        "survival.hospital.example, 10.0.0.5:8501".

    Raises
    ------
    OptionRefused
        If one of them is not a host: patterns and whole addresses are refused, so that nothing is opened by
        mistake and nothing that was meant stays closed without a word.
    """
    named = [part.strip().lower() for part in text.split(",") if part.strip()]
    for host in named:
        if not HOST.fullmatch(host):
            raise OptionRefused(
                f"{SETTING} names “{_shown(host)}”, which is not a host. Write hosts as they stand in the "
                "browser's address bar, without http:// and path, separated by commas: survival.hospital.example, "
                "10.0.0.5:8501."
            )
    return frozenset(named)


def bare_name(host: str) -> str:
    """Return a host without its port and without the brackets of an IPv6 address."""
    found = HOST.fullmatch(host)
    return (found[1] if found else host).strip("[]")


class AllowedHosts:
    """Refuse with 403 every HTTP request and websocket that was not meant for this dashboard, whatever its path.

    The header Host must be one of this machine's loopback names with the port that is served, or one of
    `further`. The header Origin, where there is one, must be that same host: browsers send it with every websocket
    and with every request that changes something. A request without it does not come from a page. It is not
    passed on: the framework would look up this machine's public address to judge it.
    """

    def __init__(self, app: ASGIApp, further: Iterable[str] = ()) -> None:
        self.app, self.further = app, frozenset(further)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):  # start and end of the server
            await self.app(scope, receive, send)
            return
        refused = self._refused(scope)
        if refused:
            await _answer(refused, scope, receive, send)
            return
        passed_on = [(name, value) for name, value in scope["headers"] if name.lower() != b"origin"]
        await self.app({**scope, "headers": passed_on}, receive, send)

    def _refused(self, scope: Scope) -> str:
        """Return why a request is refused, or nothing."""
        headers = Headers(scope=scope)
        own, hosts, origins = _own_hosts(scope), headers.getlist("host"), headers.getlist("origin")
        host = hosts[0].lower() if len(hosts) == 1 else ""
        if not host or host not in own | self.further:
            return _refuse_host(", ".join(hosts), sorted(own))
        if origins and (
            len(origins) > 1 or origins[0].lower() not in {f"{each}://{host}" for each in SCHEMES}
        ):
            return _refuse_origin(", ".join(origins), host)
        return ""


def _own_hosts(scope: Scope) -> frozenset[str]:
    """Return the loopback names of this machine with the port on which the request came in."""
    port = (scope.get("server") or (None, None))[1]
    if port is None:  # a socket in the file system has no port
        return frozenset()
    plain = LOOPBACK if port in PLAIN_PORTS else ()
    return frozenset((*(f"{name}:{port}" for name in LOOPBACK), *plain))


def _refuse_host(host: str, own: list[str]) -> str:
    asked = f"by the name “{_shown(host)}”" if host else "without a name"
    meant = host if HOST.fullmatch(host.lower()) else "the host in the browser's address bar"
    return (
        f"Refused: this dashboard was asked for {asked}. It answers on its own machine at "
        f"{' or '.join(f'http://{name}' for name in own) or 'no name'}, so that no page from elsewhere can read "
        "patients through a browser.\n"
        f"If people shall open it by another name, start it with {SETTING} set to that name: {meant}.\n"
    )


def _refuse_origin(origin: str, host: str) -> str:
    return (
        f"Refused: a page of “{_shown(origin)}” asked this dashboard for data. Only its own pages may, those of "
        f"{host}.\n"
        "Open the dashboard itself in the browser's address bar. Behind a proxy, let the proxy pass on the header "
        f"Host unchanged, and start the dashboard with {SETTING} set to that host.\n"
    )


def _shown(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= MOST_SHOWN else f"{shown[:MOST_SHOWN]}…"


async def _answer(words: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the refusal: as text, or as the bare 403 of a server that knows no words before a websocket is open."""
    if scope["type"] == "websocket" and "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1008, "reason": ""})
        return
    await PlainTextResponse(words, status_code=403)(scope, receive, send)
