"""Text of the data on the screen: it is shown as it is, fetches nothing and leads nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from gepnet_core.store import build_adtte, open_dataset
from pages.components.markdown import JOINER, escaped
from tests.test_pages import opened_with

PICTURE = "![c](http://127.0.0.1:9/col.png)"


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        pytest.param("http://a.test", f"http\\:{JOINER}//a\\.test", id="address"),
        pytest.param("WWW.a.test", f"WWW{JOINER}\\.a\\.test", id="address-without-a-scheme"),
        pytest.param("me@a.test", f"me{JOINER}@a\\.test", id="mail"),
    ],
)
def test_an_address_in_the_data_is_no_link(text: str, broken: str) -> None:
    assert escaped(text) == broken
    assert escaped(text).replace("\\", "").replace(JOINER, "") == text


def test_a_column_called_like_a_picture_is_a_label(shelf, app_test: type[AppTest], tmp_path: Path) -> None:
    rows = [f"P{n},{arm},OS,Overall survival,{n + 1},DAYS,{n % 2},{n % 3}" for n, arm in enumerate("AABBAB")]
    path = tmp_path / "odd.csv"
    header = f"USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,{PICTURE}"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    build_adtte(shelf, "odd", path)
    assert PICTURE in open_dataset(shelf, "odd").groupings
    app = opened_with(app_test, "survival.py", "Survival", {"dataset": "odd"})
    chooser = next(box for box in app.sidebar.selectbox if box.label == "Characteristic")
    chooser.set_value(PICTURE).run()
    assert not app.exception
    assert escaped(PICTURE) in [box.label for box in app.sidebar.multiselect]


def test_an_endpoint_called_like_a_picture_is_said_as_it_is(
    shelf, app_test: type[AppTest], tmp_path: Path
) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(
        "USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,tumour_grade,SEX\n"
        "A,X,OS,Overall survival,3,DAYS,0,G1,F\nB,Y,OS,Overall survival,4,DAYS,0,G2,M\n"
        f"B,Y,{PICTURE},Odd,4,DAYS,0,G2,M\n",
        encoding="utf-8",
    )
    build_adtte(shelf, "odd", path)
    app = opened_with(
        app_test,
        "similar.py",
        "Patients like this one",
        {"dataset": "odd", "endpoint": PICTURE, "where": "SEX:F"},
    )
    told = [str(part.value) for part in app.main.info]
    assert told
    assert all(PICTURE not in text for text in told)
    assert any(PICTURE in text.replace("\\", "").replace(JOINER, "") for text in told)
