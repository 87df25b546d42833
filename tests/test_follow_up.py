"""Follow-up belongs to the patients shown: those who have a time of the endpoint, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from gepnet_core.estimates import estimate
from gepnet_core.selection import Selection
from gepnet_core.spelled import parse_date
from gepnet_core.store import Shelf, build_adtte, open_dataset

HEADER = "USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC,STARTDT,ADT"


@pytest.fixture
def imported(tmp_path: Path):
    """Import rows as they stand and return the data set."""

    def made(*rows: str):
        path = tmp_path / "trial.csv"
        path.write_text("\n".join((HEADER, *rows)), encoding="utf-8")
        shelf = Shelf(tmp_path / "data")
        build_adtte(shelf, "trial", path)
        return open_dataset(shelf, "trial")

    return made


OS = [
    f"{i},x,OS,Overall survival,{days},DAYS,1,alive,,"
    for i, days in zip("ABCDE", (1000, 900, 30, 20, 10), strict=True)
]
RESPONSE = ["A,x,DOR,Duration of response,400,DAYS,0,end,,", "B,x,DOR,Duration of response,500,DAYS,0,end,,"]


def test_follow_up_is_that_of_the_patients_who_have_the_endpoint(imported) -> None:
    found = estimate(imported(*OS, *RESPONSE), "DOR", Selection()).strata[0]
    assert (found.n, found.follow_up.basis) == (2, "OS")
    assert found.follow_up.observed_median == 950
    assert found.follow_up.reverse_km.estimate == 950  # all alive: S lies on one half from 900 to 1000


def test_without_os_rows_for_all_of_them_the_endpoint_tells_its_own_follow_up(imported) -> None:
    found = estimate(imported(*OS[:1], *RESPONSE), "DOR", Selection()).strata[0]
    assert (found.follow_up.basis, found.follow_up.observed_median) == ("DOR", 450)


def test_a_cut_off_before_an_endpoints_own_start_leaves_that_patient_out_of_its_follow_up(imported) -> None:
    data = imported(
        "A,x,OS,Overall survival,1000,DAYS,1,alive,2014-01-01,2016-09-27",
        "B,x,OS,Overall survival,1000,DAYS,1,alive,2014-03-01,2016-11-25",
        "A,x,DOR,Duration of response,100,DAYS,0,end,2014-02-01,2014-05-12",
        "B,x,DOR,Duration of response,100,DAYS,0,end,2016-01-01,2016-04-10",
    )
    found = estimate(data, "DOR", Selection(cutoff=parse_date("2015-01-01"))).strata[0]
    assert found.n == 1
    assert found.follow_up.observed_median == 365  # A's, from 2014-01-01 to the cut-off


def test_follow_up_keeps_to_the_strata(imported) -> None:
    rows = [row.replace(",x,", ",y,") if row[0] in "BD" else row for row in (*OS, *RESPONSE)]
    by = estimate(imported(*rows), "DOR", Selection(), by="modality").strata
    assert [(s.stratum, s.n, s.follow_up.observed_median) for s in by] == [("x", 1, 1000), ("y", 1, 900)]
