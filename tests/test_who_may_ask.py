"""Who may ask the dashboard: its own pages at its own address. All else is refused before anything runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from gepnet_core.errors import OptionRefused
from server.allowed_hosts import further_hosts
from tests.dashboard import ROOT
from tests.served import HANDSHAKE, STREAM, WATCH, WAYS, Served, ask, served, words_of_page

ROUTES = ["/", "/survival", "/ready", "/fonts/inter-bold.woff2", "/_stcore/health", "/_stcore/host-config"]
ROUTES += ["/media/0123.csv", "/component/x/index.html", "/no/such/page", STREAM]


@pytest.fixture(scope="module", params=list(WAYS))
def dashboard(request, tmp_path_factory) -> Iterator[Served]:
    """The dashboard, started in either way, with one further name."""
    folder = tmp_path_factory.mktemp("served")
    with served(request.param, folder, GEPNET_ALLOWED_HOSTS="Survival.Example, 10.0.0.5:8501") as found:
        yield found
        assert found.asked_outside() == ""


def shaken(dashboard: Served, *headers: tuple[str, str]) -> tuple[int, str]:
    """Ask for a websocket with these headers of Host and Origin."""
    return ask(dashboard.port, STREAM, [*headers, *HANDSHAKE.items()])


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]", "LocalHost"])
def test_the_dashboards_own_pages_may_ask(dashboard: Served, name: str) -> None:
    host = f"{name}:{dashboard.port}"
    assert ask(dashboard.port, "/ready", [("Host", host)]) == (200, "")
    for scheme in ("http", "https"):
        assert shaken(dashboard, ("Host", host), ("Origin", f"{scheme}://{host}")) == (101, "")


def test_a_websocket_of_a_program_that_is_no_browser_sends_no_origin_and_may_ask(dashboard: Served) -> None:
    assert shaken(dashboard, ("Host", dashboard.host)) == (101, "")


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        pytest.param("evil.example:PORT", "http://evil.example:PORT", id="name-pointed-at-this-machine"),
        pytest.param("evil.example:PORT", None, id="other-name-without-origin"),
        pytest.param("127.0.0.1:PORT", "http://evil.example", id="page-elsewhere"),
        pytest.param("127.0.0.1:PORT", "http://127.0.0.1:9999", id="another-program-on-this-machine"),
        pytest.param("127.0.0.1:PORT", "http://127.0.0.1", id="own-name-without-the-port"),
        pytest.param("127.0.0.1:PORT", "http://localhost:PORT", id="another-of-the-own-names"),
        pytest.param("127.0.0.1:PORT", "null", id="page-of-a-file-or-a-sandbox"),
        pytest.param("127.0.0.1:PORT", "", id="empty-origin"),
        pytest.param("127.0.0.1:PORT", "ftp://127.0.0.1:PORT", id="another-scheme"),
        pytest.param("127.0.0.1:PORT", "http://127.0.0.1:PORT/", id="more-than-an-origin"),
        pytest.param("127.0.0.1:PORT", "http://127.0.0.1:PORT.evil.example", id="own-name-as-a-beginning"),
        pytest.param("127.0.0.1:9999", "http://127.0.0.1:9999", id="another-port"),
        pytest.param("127.0.0.1", None, id="no-port"),
        pytest.param("127.0.0.1.evil.example:PORT", None, id="own-name-as-a-beginning-of-another"),
        pytest.param("user@127.0.0.1:PORT", None, id="with-a-user"),
        pytest.param("localhost.:PORT", None, id="with-a-last-dot"),
        pytest.param("survival.example:PORT", None, id="further-name-with-a-port-not-named"),
        pytest.param("x.survival.example", None, id="below-a-further-name"),
        pytest.param("10.0.0.5", None, id="further-name-without-its-port"),
        pytest.param("survival.example", "https://127.0.0.1:PORT", id="own-page-for-the-further-name"),
    ],
)
def test_who_asks_by_another_name_or_from_another_page_is_refused_everywhere(
    dashboard: Served, host: str, origin: str | None
) -> None:
    told = [("Host", host), *([] if origin is None else [("Origin", origin)])]
    headers = [(name, value.replace("PORT", str(dashboard.port))) for name, value in told]
    for path in ROUTES:
        status, words = ask(dashboard.port, path, headers)
        assert (status, words[:9]) == (403, "Refused: ")
    upload = ask(dashboard.port, "/_stcore/upload_file/a/b", headers, method="PUT", body=b"x")
    assert (upload[0], upload[1][:9]) == (403, "Refused: ")
    status, words = shaken(dashboard, *headers)
    assert status == 403
    assert "GEPNET_ALLOWED_HOSTS" in words
    assert dashboard.asked_outside() == ""


def test_a_request_without_a_name_or_with_two_is_refused(dashboard: Served) -> None:
    own = ("Host", dashboard.host)
    assert shaken(dashboard, own, ("Origin", f"http://{dashboard.host}"), ("Origin", "http://evil.example"))[
        0
    ] in (400, 403)
    assert ask(dashboard.port, "/ready", [own, ("Host", "evil.example")])[0] in (400, 403)
    assert ask(dashboard.port, "/ready", [])[0] in (400, 403)


def test_what_a_proxy_says_of_itself_opens_nothing(dashboard: Served) -> None:
    said = [("X-Forwarded-Host", dashboard.host), ("X-Forwarded-Proto", "https"), ("Forwarded", "host=x")]
    evil = ("Host", f"evil.example:{dashboard.port}")
    assert ask(dashboard.port, "/ready", [evil, *said])[0] == 403
    assert shaken(dashboard, evil, ("Origin", f"http://{dashboard.host}"), *said)[0] == 403
    own = [("Host", dashboard.host), ("Origin", "http://evil.example"), ("X-Forwarded-Host", "evil.example")]
    assert shaken(dashboard, *own)[0] == 403


def test_a_name_that_the_setting_holds_may_be_asked_behind_a_proxy(dashboard: Served) -> None:
    for host, origin in (("survival.example", "https://survival.example"), ("10.0.0.5:8501",) * 2):
        found = origin if "//" in origin else f"http://{origin}"
        assert ask(dashboard.port, "/ready", [("Host", host), ("Origin", found)]) == (200, "")
        assert shaken(dashboard, ("Host", host), ("Origin", found)) == (101, "")
        upload = ask(
            dashboard.port,
            "/_stcore/upload_file/a/b",
            [("Host", host), ("Origin", found)],
            method="PUT",
            body=b"x",
        )
        assert upload[1][:9] != "Refused: "  # the framework's own word on a missing token
    assert dashboard.asked_outside() == ""


def test_the_refusal_says_the_remedy_in_plain_words(dashboard: Served) -> None:
    status, words = ask(dashboard.port, "/", [("Host", "ward-7.example:8501")])
    assert status == 403
    first, second = words.splitlines()
    assert first.startswith(
        "Refused: this dashboard was asked for by the name “ward-7.example:8501”. It answers on its own machine at "
    )
    assert f"http://127.0.0.1:{dashboard.port}" in first
    assert second == (
        "If people shall open it by another name, start it with GEPNET_ALLOWED_HOSTS set to that name: "
        "ward-7.example:8501."
    )


def test_a_session_from_start_to_numbers_asks_nothing_outside(dashboard: Served) -> None:
    assert "59 of 59 patients" in words_of_page(dashboard.address, "", "survival")
    assert dashboard.asked_outside() == ""


@pytest.mark.parametrize("way", list(WAYS))
def test_open_to_the_network_it_asks_nothing_outside_at_the_start_either(way: str, tmp_path) -> None:
    options = ("--server.address", "0.0.0.0") if way == "streamlit" else ("--host", "0.0.0.0")
    with served(way, tmp_path, *options) as found:
        assert "59 of 59 patients" in words_of_page(found.address, "", "survival")
        assert ask(found.port, "/ready", [("Host", f"ward-7.example:{found.port}")])[0] == 403
        assert found.asked_outside() == ""


def test_what_would_leave_the_machine_is_noticed(tmp_path) -> None:
    (tmp_path / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "SEEN_OUTSIDE": str(tmp_path / "seen")}
    for asked in ("create_connection(('192.0.2.1', 9), 1)", "getaddrinfo('a.example', 80)"):
        done = subprocess.run(
            [sys.executable, "-c", f"import socket; socket.{asked}"],
            env=environment,
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 1
    assert (tmp_path / "seen").read_text(encoding="utf-8") == (
        "socket.getaddrinfo 192.0.2.1\nsocket.getaddrinfo a.example\n"
    )


# the setting


def test_hosts_are_named_as_in_the_address_bar() -> None:
    assert further_hosts("") == further_hosts(" , ") == frozenset()
    assert further_hosts("A.example:8501 ,b_1.example,[fe80::1]:80,10.0.0.5") == {
        "a.example:8501",
        "b_1.example",
        "[fe80::1]:80",
        "10.0.0.5",
    }


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "*.example",
        "https://a.example",
        "a.example/x",
        "a b",
        "a.example:",
        "ä.example",
        "a.example.",
        ".a",
    ],
)
def test_what_is_not_a_host_is_refused_and_nothing_opened(text: str) -> None:
    with pytest.raises(OptionRefused, match=r"is not a host\. Write hosts as they stand in the"):
        further_hosts(f"good.example, {text}")


@pytest.mark.parametrize("way", list(WAYS))
def test_with_a_setting_that_cannot_be_read_it_does_not_start(way: str, tmp_path) -> None:
    done = subprocess.run(
        [part.format(port=0) for part in WAYS[way]],
        cwd=ROOT,
        env={**os.environ, "GEPNET_ALLOWED_HOSTS": "*", "GEPNET_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert done.stderr.startswith("GEPNET_ALLOWED_HOSTS names “*”, which is not a host.")
    assert "Traceback" not in done.stderr
