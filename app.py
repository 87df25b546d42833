"""The dashboard's entry: `streamlit run app.py` or `uvicorn app:app` serves every page, deep links included."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

from gepnet_core.errors import OptionRefused
from gepnet_core.fonts import WEIGHTS, screen_path
from gepnet_core.store import sweep_leftovers
from server import logs
from server.allowed_hosts import LOOPBACK, SETTING, AllowedHosts, bare_name, further_hosts
from server.whole_query import WholeQuery

SECURITY_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"SAMEORIGIN",
    # text of the data is escaped; were it not, no picture would be fetched from elsewhere
    b"content-security-policy": b"img-src 'self' data: blob:; object-src 'none'; base-uri 'self'",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
}
# the theme names these; nothing else of that folder is served
FONTS = {screen_path(weight).name: screen_path(weight) for weight in WEIGHTS}
log = logging.getLogger("gepnet")
logs.keep_patients_out()
try:
    FURTHER = further_hosts(os.environ.get(SETTING, ""))
except OptionRefused as refused:
    sys.exit(str(refused))


class SecurityHeaders:
    """Add the security headers to every HTTP answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the answer's headers."""

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *SECURITY_HEADERS.items()]
            await send(message)

        await self.app(scope, receive, completed if scope["type"] == "http" else send)


def ready(_: Request) -> PlainTextResponse:
    """Answer once the server is up."""
    return PlainTextResponse("ready\n")


def font(request: Request) -> Response:
    """Answer with a file of the typeface, by its exact name."""
    path = FONTS.get(request.path_params["name"])
    if path is None:
        return PlainTextResponse("no such font\n", status_code=404)
    return FileResponse(path, media_type="font/woff2", headers={"cache-control": "public, max-age=86400"})


def say_sorry(error: Exception) -> bool:
    """Show a sentence instead of a traceback; the details go to the log."""
    log.error("A page failed", exc_info=error)
    st.error(
        "This page failed unexpectedly. Reload it; if it fails again, the server's log says why.",
        icon=":material/error:",
    )
    return True


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Let the framework know the same hosts, whose names alone it looks at again; remove what was left behind."""
    sweep_leftovers()
    config.set_option("server.allowedHosts", sorted(map(bare_name, (*LOOPBACK, *FURTHER))))
    yield


app = st.App(
    "pages/router.py",
    lifespan=lifespan,
    routes=[Route("/ready", ready), Route("/fonts/{name}", font)],
    middleware=[Middleware(SecurityHeaders), Middleware(AllowedHosts, FURTHER), Middleware(WholeQuery)],
    on_script_error=say_sorry,
)
