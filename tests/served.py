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
MAIN = 0  # the first place of a part's path; the sidebar is another
UNSEEN = ("html", "empty", "bidi_component")
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
    """Open a page as a browser does, with a query, and return the words of its main area."""
    return "\n".join(words for _, words in parts_of_page(address, query, page) if words)


def parts_of_page(address: str, query: str, page: str = "") -> list[tuple[str, str]]:
    """Open a page as a browser does, with a query; return kind and words of each part of its main area."""
    message = BackMsg()
    message.rerun_script.query_string = query
    message.rerun_script.page_name = page
    found: list[tuple[str, str]] = []
    host = urlsplit(address).netloc
    with connect(
        f"ws://{host}{STREAM}", origin=f"http://{host}", subprotocols=["streamlit"], max_size=None
    ) as socket:
        socket.send(message.SerializeToString())
        while True:
            told = ForwardMsg()
            told.ParseFromString(socket.recv(timeout=30))
            if told.WhichOneof("type") == "delta" and told.metadata.delta_path[0] == MAIN:
                found += _part(told)
            elif told.WhichOneof("type") == "script_finished":
                break
    return found


def _part(told: ForwardMsg) -> list[tuple[str, str]]:
    element = told.delta.new_element
    kind = element.WhichOneof("type")
    if kind is None or kind in UNSEEN:
        return []
    part = getattr(element, kind)
    words = getattr(part, "body", "") or getattr(part, "label", "")
    return [(kind, LINK.sub(r"\1", str(words)).replace("\\", "").replace("\u00a0", " "))]
