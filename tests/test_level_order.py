"""Levels come in the order that the file gives them: numbers beside them first, else as people count."""

from __future__ import annotations

from pathlib import Path

import pytest

from gepnet_core.store.level_order import natural, ordered, partner_of

HEADER = ["USUBJID", "PARAMCD", "PARAM", "AVAL", "AVALU", "CNSR"]


@pytest.fixture
def trial(cli, tmp_path: Path):
    """Import a trial with these further columns, a patient each, and return the command line."""

    def run(columns: list[str], *patients: tuple[object, ...], adsl: str = "", settings: str = ""):
        lines = [",".join([*HEADER, *columns])]
        for place, values in enumerate(patients):
            lines.append(f"S-{place},TTE,Time,{3 + 2 * place},DAYS,0," + ",".join(map(str, values)))
        (tmp_path / "adtte.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        options: list[object] = []
        if adsl:
            (tmp_path / "adsl.csv").write_text(adsl, encoding="utf-8")
            options += ["--adsl", tmp_path / "adsl.csv"]
        if settings:
            (tmp_path / "settings.toml").write_text(settings, encoding="utf-8")
            options += ["--settings", tmp_path / "settings.toml"]
        told = cli("import", tmp_path / "adtte.csv", "--dataset", "own", *options)
        assert told.code == 0, told.said
        return told

    return run


def shown(cli, command: str, *options: object) -> list[str]:
    answer = cli(command, "--dataset", "own", "--endpoint", "TTE", *options, "--json").json
    return [stratum["stratum"] for stratum in answer["strata"]]


@pytest.mark.parametrize("partner", ["TRTPN", "trtpn", "TRT01PN"])
def test_the_treatments_number_gives_order_and_reference(trial, cli, partner: str) -> None:
    trial(["TRTP", partner], ("placebo", 1), ("active low", 2), ("a high", 3), ("placebo", 1))
    assert shown(cli, "estimate", "--by", "TRTP") == ["placebo", "active low", "a high"]
    answer = cli("compare", "--dataset", "own", "--endpoint", "TTE", "--json").json
    assert answer["reference"] == "placebo"
    assert [ratio["stratum"] for ratio in answer["cox"]] == ["active low", "a high"]


def test_the_numbers_may_stand_in_adsl(trial, cli) -> None:
    rows = "".join(f"S-{place},{arm},{n}\n" for place, (arm, n) in enumerate([("b", 1), ("a", 2), ("b", 1)]))
    trial(["TRTP"], ("b",), ("a",), ("b",), adsl="USUBJID,TRT01P,TRT01PN\n" + rows)
    assert shown(cli, "compare") == ["b", "a"]


def test_a_baseline_column_is_ordered_by_its_own_number(trial, cli) -> None:
    trial(
        ["TRTP", "AGEGR1", "AGEGR1N"],
        *[("a", "young", 1), ("b", "old", 3), ("a", "middle", 2), ("b", "young", 1), ("a", "", "")],
    )
    assert shown(cli, "compare", "--by", "AGEGR1") == ["young", "middle", "old"]
    assert shown(cli, "estimate", "--by", "AGEGR1") == ["young", "middle", "old", "not recorded"]
    found = cli("compare", "--dataset", "own", "--endpoint", "TTE", "--adjust", "AGEGR1", "--json").json
    assert {ratio["reference"] for ratio in found["cox_covariates"]} <= {"young"}


@pytest.mark.parametrize(
    ("second", "said"),
    [
        pytest.param(("b", 1), True, id="two-levels-with-one-number"),
        pytest.param(("a", 2), True, id="one-level-with-two-numbers"),
        pytest.param(("b", ""), True, id="a-level-without-number"),
        pytest.param(("b", 0), False, id="one-to-one"),
    ],
)
def test_numbers_that_are_not_one_to_one_order_nothing_and_that_is_said(trial, cli, second, said) -> None:
    told = trial(["TRTP", "TRTPN"], ("a", 1), second, ("b", second[1] if second[0] == "b" else 2))
    assert ("order-unclear" in told.said) is said
    assert shown(cli, "compare") == (["a", "b"] if said else ["b", "a"])


def test_settings_come_before_numbers(trial, cli) -> None:
    settings = "\n".join(f'[[modalities]]\nvalue = "{arm}"\nlabel = "{arm}"' for arm in ("c", "a"))
    trial(["TRTP", "TRTPN"], ("a", 1), ("b", 2), ("c", 3), settings=settings)
    assert shown(cli, "compare") == ["c", "a", "b"]


def test_without_numbers_levels_come_as_people_count(trial, cli) -> None:
    arms = ["100 mg", "2 mg", "10 mg", "2.5 mg", ""]
    trial(["TRTP", "STAGE"], *[(arm, f"s{place * 5 % 11}") for place, arm in enumerate(arms)])
    order = ["2 mg", "2.5 mg", "10 mg", "100 mg"]
    assert shown(cli, "compare") == order
    assert shown(cli, "estimate", "--by", "TRTP") == [*order, "not recorded"]
    assert shown(cli, "estimate", "--by", "STAGE") == ["s0", "s4", "s5", "s9", "s10"]


def test_natural_order_puts_numbers_by_size_and_copes_with_any_text() -> None:
    words = ["b", "a10", "a9", "10", "9", "", "a", "9" * 400, "٣", "1.5", "1.25", "-", "a9b2", "a9b10"]
    found = sorted(words, key=natural)
    assert [word for word in found if word.startswith("a")] == ["a", "a9", "a9b2", "a9b10", "a10"]
    assert [word for word in found if word[:1].isascii() and word[:1].isdigit()] == [
        *("1.25", "1.5", "9", "10"),
        "9" * 400,
    ]


def test_which_column_orders_which() -> None:
    assert partner_of("AGEGR1", ["AGE", "AGEGR1N"]) == "AGEGR1N"
    assert partner_of("sex", ["SEXN"]) == "SEXN"
    assert partner_of("SEX", ["SEXES", "N"]) is None
    assert partner_of("arm", ["TRT01PN"], treatment=True) == "TRT01PN"
    assert partner_of("arm", ["TRT01PN"]) is None
    assert ordered([("a", 2.0), ("b", 1.0), (None, 3.0), ("a", None)]) == ["b", "a"]
    assert ordered([("a", 2.0), ("b", 2.0)]) is None
    assert ordered([("a", None)]) is None
