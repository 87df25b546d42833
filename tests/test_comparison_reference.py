"""Every comparison that R was asked for, asked of the command line as a person would ask.

`comparison.R` beside the reference says which function of R gave what; `survival_reference.csv` holds the
comparisons of four public data sets, whole and for a window of index dates.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gepnet_core.cli import main

REFERENCE = Path(__file__).parent / "reference"
OWN = ("veteran", "lung", "mgus2")
PUBLIC = ("lung", "veteran", "ovarian", "mgus2")
COX = 1e-5
ELSE = 1e-6
Row = dict[str, str]
Ask = Callable[..., Any]


def read(name: str) -> list[Row]:
    with (REFERENCE / name).open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


FIGURES = read("comparison_reference.csv")
QUESTIONS = sorted({(row["dataset"], row["options"]) for row in FIGURES})


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """The command line on a data folder with the data sets of both references, imported once."""
    folder = tmp_path_factory.mktemp("data")

    def run(*arguments: object) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            told: list[str] = []
            patch.setenv("GEPNET_DATA_DIR", str(folder))
            patch.setattr("builtins.print", lambda *words, **_: told.append(str(words[0])))
            code = main([str(argument) for argument in arguments])
        assert code == 0, told
        return json.loads(told[-1])

    for file in [f"{name}_covariates" for name in OWN] + list(PUBLIC):
        told = ("--competing-cnsr", 2) if file.startswith("mgus2") else ()
        run("import", REFERENCE / f"{file}_adtte.csv", "--dataset", file, *told)
    return run


def found_at(answer: Any, place: str) -> Any:
    """Return what stands at a place such as `pairwise[a=RFA,b=EBRT].p` of an answer."""
    for name, chosen in re.findall(
        r"([a-z_]+)(?:\[([^]]*)\])?", re.sub(r"\.(?=[a-z_]+(\.|\[|$))", " ", place)
    ):
        answer = answer[name]
        if chosen:
            wanted = dict(part.split("=", 1) for part in chosen.split(","))
            rows = [row for row in answer if all(same(row[key], value) for key, value in wanted.items())]
            assert len(rows) == 1, f"{len(rows)} rows at {place}"
            answer = rows[0]
    return answer


def same(value: object, text: str) -> bool:
    return value == float(text) if isinstance(value, int | float) else value == text


@pytest.mark.parametrize(("dataset", "options"), QUESTIONS, ids=[" ".join(found) for found in QUESTIONS])
def test_every_comparison_by_r_comes_out_of_the_command_line(ask: Ask, dataset: str, options: str) -> None:
    answer = ask(
        "compare", "--dataset", f"{dataset}_covariates", "--endpoint", "TTE", *options.split(), "--json"
    )
    figures = [row for row in FIGURES if (row["dataset"], row["options"]) == (dataset, options)]
    missed = []
    for row in figures:
        ours = found_at(answer, row["place"])
        tolerance = COX if row["place"].startswith("cox[") else ELSE
        if ours != (pytest.approx(float(row["value"]), rel=tolerance) if row["value"] else None):
            missed.append((row["place"], ours, row["value"]))
    assert missed == []


def test_the_reference_holds_every_kind_of_comparison() -> None:
    kinds = {re.split(r"[.\[]", row["place"])[0] for row in FIGURES}
    assert kinds == {
        *("logrank", "peto_peto", "stratified_logrank", "pairwise", "cox", "cox_model", "ph_test", "rmst"),
        *("differences_at", "subgroups", "landmark", "gray", "cumulative_incidence"),
    }
    assert len(FIGURES) == 645
    assert sum(not row["value"] for row in FIGURES) == 13  # F = 0, and beyond the last follow-up
    assert {row["dataset"] for row in FIGURES} == set(OWN)


# ---- the four public data sets -------------------------------------------------------------------------------

QUANTITIES = {
    "logrank_chisq": 8,
    "logrank_df": 8,
    "peto_peto_chisq": 8,
    "hazard_ratio": 12,
    "hazard_ratio_lower": 12,
    "hazard_ratio_upper": 12,
    "ph_global_chisq": 8,
    "ph_global_df": 8,
    "ph_global_p": 8,
    "rmst": 20,
    "rmst_se": 20,
    "cumulative_incidence": 24,
    "cumulative_incidence_var": 24,
    "gray_stat_cause1": 2,
    "gray_p_cause1": 2,
    "gray_stat_cause2": 2,
    "gray_p_cause2": 2,
}
SURVIVAL = [row for row in read("survival_reference.csv") if row["quantity"] in QUANTITIES]
VIEWS = sorted({(row["dataset"], row["index_from"], row["index_to"]) for row in SURVIVAL})


def of_view(view: tuple[str, str, str]) -> list[Row]:
    return [row for row in SURVIVAL if (row["dataset"], row["index_from"], row["index_to"]) == view]


def compared(ask: Ask, view: tuple[str, str, str]) -> tuple[Any, Any]:
    """Return the comparison of a view with deaths censored, and with competing deaths (else None)."""
    name, first, last = view
    rows = of_view(view)
    groups = {row["group"] for row in rows if row["quantity"] == "rmst"} - {""}
    compared_to = groups - {row["group"] for row in rows if row["quantity"] == "hazard_ratio"}
    assert len(compared_to) == 1
    taus = {row["at"] for row in rows if row["quantity"] == "rmst" and row["group"]}
    assert len(taus) == 1
    options = ["--dataset", name, "--endpoint", "TTE", "--reference", compared_to.pop()]
    options += ["--index-from", first, "--index-to", last] if first else []
    plain = ask("compare", *options, "--tau", taus.pop())
    times = sorted({row["at"] for row in rows if row["quantity"] == "cumulative_incidence"}, key=float)
    at = [word for time in times for word in ("--at", time)]
    return plain, ask("compare", *options, "--death", "competing", *at) if times else None


def answered(plain: Any, competing: Any, row: Row) -> float | None:
    """Return the command line's answer to one row."""
    quantity, group = row["quantity"], row["group"]
    if quantity.startswith("hazard_ratio"):
        (ratio,) = (found for found in plain["cox"] if found["stratum"] == group)
        return ratio[quantity.removeprefix("hazard_ratio_")]
    if quantity.startswith("rmst"):
        (mean,) = (found for found in plain["rmst"]["strata"] if found["stratum"] == group)
        assert plain["rmst"]["tau"] == float(row["at"])
        return mean["estimate" if quantity == "rmst" else "se"]
    if quantity.startswith("cumulative"):
        (found,) = (
            found
            for found in competing["cumulative_incidence"]
            if (found["stratum"], found["cause"], found["at"]) == (group, int(row["cause"]), float(row["at"]))
        )
        return found["variance" if quantity.endswith("_var") else "estimate"]
    if quantity.startswith("gray"):
        test = next(found for found in competing["gray"] if found["cause"] == int(quantity[-1]))
        return test["statistic" if "stat" in quantity else "p"]
    name, _, part = quantity.rpartition("_")
    return plain[{"ph_global": "ph_test"}.get(name, name)][part]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: "-".join(part or "whole" for part in view))
def test_every_comparison_of_the_public_data_sets_comes_out_of_the_command_line(
    ask: Ask, view: tuple[str, str, str]
) -> None:
    plain, competing = compared(ask, view)
    missed, checked = [], 0
    for row in of_view(view):
        if row["quantity"].startswith(("rmst", "cumulative")) and not row["group"]:
            continue  # all patients together: below
        ours, checked = answered(plain, competing, row), checked + 1
        tolerance = COX if row["quantity"].startswith("hazard") else ELSE
        if ours != pytest.approx(float(row["value"]), rel=tolerance):
            missed.append((row["quantity"], row["group"], ours, row["value"]))
    assert missed == []
    assert checked > 10


def test_no_comparison_of_the_public_data_sets_is_left_out() -> None:
    counted = {name: sum(row["quantity"] == name for row in SURVIVAL) for name in QUANTITIES}
    assert counted == QUANTITIES
    assert len(VIEWS) == 8
