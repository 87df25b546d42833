"""A link that cannot be shown is refused by every page alike, in the same words, and nothing else is drawn."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.dashboard import PATHS, ROOT
from tests.served import Served, parts_of_page, served

ALL = ("button", "Show all patients instead")
OTHER = ("button", "Show all patients of “synthetic” instead")
NOBODY = ("markdown", "Nothing is shown, because the result could stand for other patients than were meant.")
REST = "Show what the rest of the link says: "


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory) -> Iterator[Served]:
    with served("streamlit", tmp_path_factory.mktemp("served")) as found:
        yield found


def test_the_list_of_pages_is_that_of_the_router() -> None:
    router = (ROOT / "pages" / "router.py").read_text(encoding="utf-8")
    files = set(re.findall(r'"([a-z_]+)\.py"', router))
    paths = set(re.findall(r'url_path="([a-z-]+)"', router))
    assert files == {path.stem for path in (ROOT / "pages").glob("*.py")} - {"router"}
    assert {path.strip("/") for path in PATHS} == paths | {""}
    assert len(files) == len(PATHS)


@pytest.mark.parametrize(
    ("query", "said", "offered"),
    [
        pytest.param(
            "dataset=gone",
            "This view cannot be shown: There is no data set “gone”. There are: synthetic.",
            [OTHER],
            id="data-set",
        ),
        pytest.param(
            "dataset=gone&modality=RFA",
            "This view cannot be shown: There is no data set “gone”. There are: synthetic.",
            [("button", "Show what the rest of the link says in “synthetic”: RFA"), OTHER],
            id="data-set-with-a-filter",
        ),
        pytest.param(
            "dataset=..%2Fgone", "The link's dataset '../gone' cannot be used.", [ALL], id="no-name"
        ),
        pytest.param("modalty=RFA", "The link has an unknown part 'modalty'.", [ALL], id="unknown-part"),
        pytest.param(
            "modality=cryoablation&cutoff=2016-01-01",
            "This view cannot be shown: ",
            [("button", f"{REST}all modalities; data cut-off 2016-01-01"), ALL],
            id="unknown-modality",
        ),
        pytest.param(
            "dataset=synthetic&version=v000000000000",
            "Version v000000000000 of “synthetic” is not here any more",
            [("button", "Show the current version with all that the link asks for: all modalities"), ALL],
            id="version",
        ),
    ],
)
def test_every_page_refuses_a_link_in_the_same_words(
    dashboard: Served, query: str, said: str, offered
) -> None:
    refusals = set()
    for path, title in PATHS.items():
        head, *refusal = parts_of_page(dashboard.address, query, path.strip("/"))
        assert head == ("heading", title)
        refusals.add(tuple(refusal))
    ((first, *rest),) = refusals
    assert first[0] == "alert"
    assert first[1].startswith(said)
    assert rest == [NOBODY, *offered]
