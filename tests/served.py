"""The dashboard as a server process, asked without a browser: by HTTP, and by the websocket that browsers open."""

from __future__ import annotations

import http.client
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from tests.dashboard import started

STREAM = "/_stcore/stream"
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
LINK = re.compile(r"\[((?:[^\[\]\\\n]|\\.)*)\]\(<[^>]*>\)")
BIN = Path(sys.executable).parent
WAYS = {
    "streamlit": [str(BIN / "streamlit"), "run", "app.py", "--server.port", "{port}"],
    "uvicorn": [str(BIN / "uvicorn"), "app:app", "--port", "{port}"],
}
# whatever would leave this machine is written down and fails; children inherit it
WATCH = """
import os, sys

def here(host):
    host = host.decode() if isinstance(host, bytes) else host
    return host in (None, "", "localhost", "::1", "0.0.0.0") or str(host).startswith("127.")

def watch(event, arguments):
    asked = None
    if event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        asked = arguments[1][0]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        asked = arguments[0]
    if not here(asked):
        with open(os.environ["SEEN_OUTSIDE"], "a") as seen:
            seen.write(f"{event} {asked}\\n")
        raise RuntimeError(f"{event} {asked}")

sys.addaudithook(watch)
"""


@dataclass(frozen=True)
class Served:
    """A running dashboard: where it is, where its log is, and where it is noted that it asked outside."""

    address: str
    log: Path
    outside: Path

    @property
    def host(self) -> str:
        """The host with its port, as a browser sends it."""
        return urlsplit(self.address).netloc

    @property
    def port(self) -> int:
        """The port that is served."""
        return int(self.host.rpartition(":")[2])

    def asked_outside(self) -> str:
        """Return what would have left the machine."""
        return self.outside.read_text(encoding="utf-8") if self.outside.exists() else ""


@contextmanager
def served(way: str, folder: Path, *options: str, **environment: str) -> Iterator[Served]:
    """Start the dashboard in one of two ways, where nothing can leave the machine unseen."""
    watch = folder / "watch"
    watch.mkdir()
    (watch / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    outside = folder / "outside.txt"
    path = os.pathsep.join(filter(None, (str(watch), os.environ.get("PYTHONPATH", ""))))
    told = {"PYTHONPATH": path, "SEEN_OUTSIDE": str(outside), "GEPNET_DATA_DIR": str(folder / "data")}
    with started([*WAYS[way], *options], "/ready", folder, **(told | environment)) as address:
        port = urlsplit(address).port
        yield Served(address, folder / f"server-{port}.log", outside)


def ask(
    port: int, path: str, headers: list[tuple[str, str]], method: str = "GET", body: bytes = b""
) -> tuple[int, str]:
    """Send a request with exactly these headers; return the status, and the words of a refusal."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        if body:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        answer = connection.getresponse()
        return answer.status, answer.read().decode() if answer.status == 403 else ""
    finally:
        connection.close()


def words_of_page(address: str, query: str, page: str = "") -> str:
    """Open a page as a browser does, with a query, and return all words that it was sent until it was done."""
    message = BackMsg()
    message.rerun_script.query_string = query
    message.rerun_script.page_name = page
    found: list[str] = []
    host = urlsplit(address).netloc
    with connect(
        f"ws://{host}{STREAM}", origin=f"http://{host}", subprotocols=["streamlit"], max_size=None
    ) as socket:
        socket.send(message.SerializeToString())
        while True:
            told = ForwardMsg()
            told.ParseFromString(socket.recv(timeout=30))
            if told.WhichOneof("type") == "delta":
                found.append(_words(told))
            elif told.WhichOneof("type") == "script_finished":
                break
    text = LINK.sub(r"\1", "\n".join(filter(None, found)))
    return text.replace("\\", "").replace("\u00a0", " ")


def _words(told: ForwardMsg) -> str:
    element = told.delta.new_element
    kind = element.WhichOneof("type")
    body = getattr(getattr(element, kind), "body", "") if kind else ""
    return str(body) if kind in ("markdown", "alert", "heading") else ""
