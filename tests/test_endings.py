"""The name of a file that is written must not say that it holds something else."""

from __future__ import annotations

import pytest

VIEW = ("--dataset", "synthetic", "--endpoint", "OS")


@pytest.mark.parametrize(
    ("arguments", "name", "right"),
    [
        pytest.param(("export", "--dataset", "synthetic"), "x.ods", ".csv", id="csv-called-another-workbook"),
        pytest.param(("export", "--dataset", "synthetic", "--format", "adtte"), "x.xpt", ".csv", id="adtte"),
        pytest.param(
            ("export", "--dataset", "synthetic", "--format", "tables"), "x.CSV", ".zip", id="tables"
        ),
        pytest.param(
            ("figure", *VIEW, "--kind", "survival", "--format", "png"), "x.svg", ".png", id="png-called-svg"
        ),
        pytest.param(("tables", *VIEW, "--format", "csv"), "x.docx", ".csv", id="csv-called-word"),
        pytest.param(("report", *VIEW, "--format", "html"), "x.pdf", ".html", id="html-called-pdf"),
        pytest.param(("bundle", *VIEW), "x.html", ".zip", id="bundle"),
        pytest.param(("dictionary",), "x.xlsx", ".csv", id="dictionary"),
        pytest.param(("template",), "x.csv", ".xlsx", id="template"),
    ],
)
def test_a_name_that_says_something_else_is_refused_and_nothing_written(
    cli, tmp_path, arguments, name, right
):
    out = tmp_path / name
    out.write_bytes(b"old")
    answer = cli(*arguments, "--out", out)
    assert (answer.code, answer.json, answer.said.count("\n")) == (2, None, 1)
    assert (
        f"would hold {right[1:].upper()}, but is named {out.suffix.lower()}. Name it {right}" in answer.said
    )
    assert out.read_bytes() == b"old"


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize("name", ["x.csv", "x.CSV", "x", "x.2026"])
def test_a_name_that_says_nothing_else_is_written(cli, tmp_path, name):
    assert cli("export", "--dataset", "synthetic", "--out", tmp_path / name).code == 0
    assert (tmp_path / name).read_bytes().startswith(b"dataset_version,patient_id")
