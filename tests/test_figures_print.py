"""Printed figures: the screen's numbers at a journal's size, in files that stand alone and never change."""

from __future__ import annotations

import io
import re
import struct
import subprocess
import sys
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as Tree

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from PIL import Image

from gepnet_core.comparison import compare
from gepnet_core.estimates import Estimate, estimate
from gepnet_core.figure_words import Look
from gepnet_core.figures import survival_figure
from gepnet_core.figures_print import survival_sheet
from gepnet_core.figures_print_flow import flow_sheet
from gepnet_core.figures_print_forest import forest_sheet, subgroup_sheet
from gepnet_core.figures_print_lanes import lanes_sheet
from gepnet_core.figures_print_paper import EDGE, Paper, PrintFigure
from gepnet_core.figures_print_side_effects import side_effects_sheet
from gepnet_core.flow import Flow, flow
from gepnet_core.histories import page_of
from gepnet_core.history import EndedBy, MarkKind
from gepnet_core.palette import PALE_SLATE, SLATE, look_of
from gepnet_core.print_size import FigureFormat, Resolution, Width
from gepnet_core.question import Question
from gepnet_core.report.drawn import FigureKind, drawn, figure_bytes
from gepnet_core.selection import Selection
from gepnet_core.side_effects import side_effects
from gepnet_core.store import build_adtte, open_dataset
from gepnet_core.store.histories import Listing
from gepnet_core.view import View
from gepnet_core.vocabulary import DAYS_PER_MONTH, DeathRule
from tests.conftest import ROOT

SVG = "{http://www.w3.org/2000/svg}"
MM = 72.0 / 25.4  # points of an SVG


@pytest.fixture
def synthetic(shelf):
    """The synthetic cohort."""
    return open_dataset(shelf, "synthetic")


def sheet(found: Estimate, width: Width = Width.SINGLE, **look: object) -> PrintFigure:
    """Draw an estimate for print."""
    return survival_sheet(found, Look(**look), found.dataset.levels(found.by), width)


def parts(figure: PrintFigure, gid: str, stratum: str | None = None) -> list[Line2D]:
    """Return the drawn lines of one kind."""
    lines = [line for axes in figure.figure.axes for line in axes.get_lines() if line.get_gid() == gid]
    return [line for line in lines if stratum is None or line.get_label() == stratum]


def points(figure: PrintFigure, stratum: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the points of a curve, the faded part joined on."""
    found = [line.get_data() for line in parts(figure, "curve", stratum)]
    return tuple(np.concatenate([np.asarray(data[axis], dtype=float) for data in found]) for axis in (0, 1))


def numbers(figure: PrintFigure) -> dict[tuple[str, str, float], tuple[int, str, float]]:
    """Return the at-risk table as written: number, colour and place by (part, stratum, month)."""
    found = {}
    for text in figure.figure.texts:
        if text.get_gid():
            part, stratum, month = text.get_gid().split(" ")
            found[part, stratum, float(month)] = (
                int(text.get_text()),
                text.get_color(),
                text.get_position()[0],
            )
    return found


def drawn_words(figure: PrintFigure) -> str:
    """Return all that is written on the paper."""
    return " ".join(text.get_text() for text in figure.figure.texts).replace("\u00a0", " ")


@pytest.mark.parametrize("by", [None, "modality", "sex"])
def test_every_step_of_every_curve_is_printed(synthetic, by: str | None) -> None:
    found = estimate(synthetic, "TTNST", Selection(), by=by)
    figure = sheet(found)
    for stratum in found.strata:
        x, y = points(figure, stratum.stratum)
        assert (x[0], y[0]) == (0.0, 100.0)
        for step in stratum.curve.steps():
            assert 100 * step["survival"] in y[np.isclose(x, step["day"] / DAYS_PER_MONTH)]


@pytest.mark.parametrize("failure", [False, True])
def test_print_and_screen_draw_the_same_points_with_the_same_axis(synthetic, failure: bool) -> None:
    found = estimate(synthetic, "TTNST", Selection(), by="modality")
    look = Look(horizon=24, failure=failure)
    screen = survival_figure(found, look, synthetic.levels("modality"))
    figure = sheet(found, horizon=24, failure=failure)
    for stratum in found.strata:
        traces = [t for t in screen.data if t.mode == "lines" and t.name == stratum.label]
        x, y = points(figure, stratum.stratum)
        assert x.tolist() == [month for trace in traces for month in trace.x]
        assert y.tolist() == [share for trace in traces for share in trace.y]
        assert {line.get_color() for line in parts(figure, "curve", stratum.stratum)} == {
            look_of(stratum.stratum, synthetic.levels("modality")).colour
        }
    (axes,) = figure.figure.axes
    assert tuple(axes.get_xlim()) == pytest.approx(screen.layout.xaxis.range)
    assert axes.get_xticks().tolist() == list(screen.layout.xaxis.tickvals)
    said = drawn_words(figure)
    assert ("With new" if failure else "Still without new systemic therapy (%)") in said
    assert "Months from the index date" in said


def test_the_printed_at_risk_table_is_the_curves_and_stands_under_its_ticks(synthetic) -> None:
    found = estimate(synthetic, "TTAI", Selection(), by="modality")
    figure = sheet(found, Width.MIDDLE)
    written = numbers(figure)
    (axes,) = figure.figure.axes
    months = sorted({month for _, _, month in written})
    assert months == axes.get_xticks().tolist()
    for stratum in found.strata:
        for month in months:
            row = stratum.curve.risk_at(month * DAYS_PER_MONTH)
            for part in ("at_risk", "censored", "events"):
                number, _, place = written[part, stratum.stratum, month]
                assert number == getattr(row, part)
                across = axes.transData.transform((month, 0))[0] / axes.get_figure().dpi * 25.4
                assert place + EDGE == pytest.approx(across, abs=0.01)
    for month in months:
        assert sum(number for (_, _, when), (number, _, _) in written.items() if when == month) == 59


def test_curve_and_numbers_fade_where_fewer_than_five_are_at_risk(synthetic) -> None:
    found = estimate(synthetic, "TTNST", Selection(), by="modality")
    figure = sheet(found)
    for (_, stratum, month), (_, colour, _) in numbers(figure).items():
        at_risk = numbers(figure)["at_risk", stratum, month][0]
        assert (colour == "#66707a") == (at_risk < 5)
    whole, faded = parts(figure, "curve", "RFA")
    assert (whole.get_alpha(), faded.get_alpha()) == (1.0, 0.5)
    turn = round(faded.get_xdata()[0] * DAYS_PER_MONTH)
    curve = next(stratum.curve for stratum in found.strata if stratum.stratum == "RFA")
    assert curve.risk_at(turn).at_risk >= 5 > curve.risk_at(turn + 1).at_risk


def test_every_censoring_has_a_mark_on_the_curve(synthetic) -> None:
    found = estimate(synthetic, "TTNST", Selection())
    (marks,) = parts(sheet(found), "censored")
    days = [step["day"] for step in found.strata[0].curve.steps() if step["censored"]]
    assert marks.get_xdata() == pytest.approx(np.asarray(days) / DAYS_PER_MONTH)


def test_competing_deaths_make_a_rising_curve_and_a_row_of_deaths(shelf, tmp_path) -> None:
    lines = ["USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR"]
    lines += [
        f"P{i},A,TTE,Time,{day},DAYS,{cnsr}" for i, (day, cnsr) in enumerate([(30, 0), (60, 2), (90, 1)])
    ]
    (tmp_path / "in.csv").write_text("\n".join(lines) + "\n")
    build_adtte(shelf, "own", tmp_path / "in.csv", competing_cnsr=2)
    found = estimate(open_dataset(shelf, "own"), "TTE", Selection(death=DeathRule.COMPETING))
    figure = sheet(found)
    _, y = points(figure, "all")
    assert y[1:].tolist() == pytest.approx([0.0, 100 / 3, 100 / 3, 100 / 3]), "few from the start: all faded"
    assert numbers(figure)["competing", "all", 2.0][0] == 1, "the death on day 60 lies before two months"
    said = drawn_words(figure)
    assert "Deaths" in said
    assert "death before the event is a competing event" in said


def test_the_caption_says_filters_interval_version_and_notice(synthetic) -> None:
    figure = sheet(estimate(synthetic, "PFS", Selection(modalities=("RFA",))), Width.DOUBLE)
    assert (
        f"Progression-free survival; RFA; 17 patients; pointwise 95 % CI, log-log; data set synthetic, "
        f"{synthetic.version}; synthetic cohort, no real patient." in drawn_words(figure)
    )


@pytest.mark.parametrize("width", list(Width))
@pytest.mark.parametrize("dpi", list(Resolution))
def test_a_png_has_the_pixels_of_its_millimetres(synthetic, width: Width, dpi: Resolution) -> None:
    figure = sheet(estimate(synthetic, "OS", Selection()), width)
    content = figure.png(dpi)
    wide, high = struct.unpack(">II", content[16:24])
    assert wide == round(width.mm / 25.4 * dpi)
    assert high == round(figure.height_mm / 25.4 * dpi)
    picture = Image.open(io.BytesIO(content))
    assert picture.info["dpi"] == pytest.approx((dpi, dpi), abs=0.01)
    assert picture.text["Description"] == figure.description
    assert np.asarray(picture.convert("L"))[:, [0, -1]].min() > 250, "nothing runs over the edge"


def test_an_svg_has_its_size_in_mm_says_its_words_and_fetches_nothing(synthetic) -> None:
    figure = sheet(estimate(synthetic, "TTNST", Selection(), by="modality"), Width.MIDDLE)
    content = figure.svg().decode()
    root = Tree.fromstring(content)
    assert root.get("width") == "114mm"
    assert float(root.get("viewBox").split()[2]) == pytest.approx(114 * MM)
    assert root.find(f"{SVG}title").text == "Time to new systemic therapy"
    assert root.find(f"{SVG}desc").text.startswith("Time to new systemic therapy, median in months")
    assert (
        root.get("aria-labelledby")
        == f"{root.find(f'{SVG}title').get('id')} {root.find(f'{SVG}desc').get('id')}"
    )
    assert "<!DOCTYPE" not in content
    assert not root.findall(f".//{SVG}text"), "text is drawn as outlines"
    assert not root.findall(f".//{SVG}style"), "a style sheet would hold for the whole page"
    for found in re.findall(r'(?:href="|url\()([^")]*)', content):
        assert found.startswith("#")
    assert set(re.findall(r"https?://[^\"\s]*", content)) == {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


def test_figures_stand_in_one_page_and_every_reference_is_to_their_own_parts(synthetic) -> None:
    found = estimate(synthetic, "TTNST", Selection())
    drawings = [
        sheet(found).inline_svg("a"),
        sheet(found).inline_svg("b"),
        sheet(found, failure=True).inline_svg(),
    ]
    seen: set[str] = set()
    for drawing in drawings:
        ids = [element.get("id") for element in Tree.fromstring(drawing).iter() if element.get("id")]
        assert len(ids) == len(set(ids))
        assert seen.isdisjoint(ids)
        assert set(re.findall(r'(?:href="#|url\(#)([^")]*)', drawing)) <= set(ids)
        seen |= set(ids)


def test_a_figure_is_the_same_bytes_in_another_process(synthetic, cli_process, tmp_path) -> None:
    view = View(by="modality")
    figure = drawn(synthetic, view, FigureKind.SURVIVAL, Width.SINGLE)
    told = cli_process(
        *("figure", "--dataset", "synthetic", "--kind", "survival", "--by", "modality"),
        *("--format", "svg", "--out", tmp_path / "a.svg"),
    )
    assert told.code == 0, told.said
    assert (tmp_path / "a.svg").read_bytes() == figure.svg() == figure.svg()
    assert figure.png(300) == drawn(synthetic, view, FigureKind.SURVIVAL, Width.SINGLE).png(300)
    assert told.json["words"] == figure.description


def test_a_label_is_drawn_as_it_is_written_and_what_no_typeface_has_is_seen_to_be_missing(synthetic) -> None:
    found = estimate(synthetic, "TTNST", Selection(), by="modality")
    odd = tuple(
        replace(stratum, label=label)
        for stratum, label in zip(
            found.strata,
            ["$x^2$ <b>&amp;</b>", "\u6f22 \x07 \u202eabc", "=1+1 \u200bé ≥ χ²", "long " * 60],
            strict=True,
        )
    )
    figure = sheet(replace(found, strata=odd))
    said = drawn_words(figure)
    for label in ("$x^2$ <b>&amp;</b>", "\ufffd \ufffd \ufffdabc", "=1+1 é ≥ χ²"):
        assert label in said
    assert not any(text.get_parse_math() for text in figure.figure.texts), "a dollar begins no formula"
    root = Tree.fromstring(figure.svg())
    assert "$x^2$ <b>&amp;</b>" in root.find(f"{SVG}desc").text
    figure.png()


def boxes(figure: PrintFigure) -> list[tuple[float, float, float, float]]:
    """Return the boxes of a flow diagram: left, top, right, bottom."""
    found = [artist for artist in figure.figure.artists if isinstance(artist, Rectangle)]
    return [
        (*patch.get_xy(), patch.get_xy()[0] + patch.get_width(), patch.get_xy()[1] + patch.get_height())
        for patch in found
    ]


def inside(box, x: float, y: float) -> bool:
    return box[0] < x < box[2] and box[1] < y < box[3]


def long_way(found: Flow, steps: int, groups: int) -> Flow:
    """Return a flow with as many steps and groups, some with very long words."""
    wordy = "because of a reason that takes several lines to tell, in Lungenfunktionsuntersuchungsergebnissen"
    many = [
        replace(
            found.steps[0],
            label=f"step {i} " + wordy * (i % 4 == 1),
            reason=wordy * (1 + 3 * (i % 3 == 0)),
            out=i % 5,
        )
        for i in range(steps)
    ]
    some = [replace(found.groups[0], label=f"group {i} " + "x" * 60 * (i % 5 == 3)) for i in range(groups)]
    return replace(found, steps=tuple(many), groups=tuple(some))


@pytest.mark.parametrize("width", [Width.SINGLE, Width.DOUBLE])
@pytest.mark.parametrize(("steps", "groups"), [(0, 0), (1, 1), (3, 4), (9, 5), (14, 12), (2, 7)])
def test_nothing_overlaps_in_a_flow_of_any_length(synthetic, width: Width, steps: int, groups: int) -> None:
    way = long_way(flow(synthetic, Selection(), "TTNST"), steps, groups)
    figure = flow_sheet(way, synthetic, Selection(), width)
    found = boxes(figure)
    assert len(found) == 1 + steps + sum(step.out > 0 for step in way.steps) + groups
    for place, a in enumerate(found):
        assert a[0] >= 0.0
        assert a[2] <= width.mm - 2 * EDGE + 1e-6
        assert a[3] <= figure.height_mm
        for b in found[place + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], (a, b)
    paper = Paper(width)
    for text in figure.figure.texts:
        x, y = text.get_position()
        half = paper.wide(text.get_text()) / 2
        if text.get_ha() == "center":
            holding = [box for box in found if inside(box, x, y)]
            assert len(holding) == 1
            assert holding[0][0] < x - half
            assert x + half < holding[0][2]
    for line in (artist for artist in figure.figure.artists if isinstance(artist, Line2D)):
        for box in found:
            middle = (np.mean(line.get_xdata()), np.mean(line.get_ydata()))
            assert not inside(box, *middle), "an arrow runs through a box"
    assert sum(isinstance(artist, Polygon) for artist in figure.figure.artists) >= steps + groups


def test_the_flow_tells_the_numbers_of_the_cohort(synthetic) -> None:
    chosen = Selection(modalities=("RFA",), index_from=date(2015, 1, 1))
    way = flow(synthetic, chosen, "TTNST")
    figure = flow_sheet(way, synthetic, chosen, Width.DOUBLE)
    said = drawn_words(figure)
    assert "160 records" in said
    for step in way.steps:
        assert f"{step.left:,} patients" in said
        assert not step.out or f"(n = {step.out})" in said
    assert figure.description.endswith(f"By group: RFA {way.left}.")


def test_a_flow_that_leaves_nobody_ends_without_groups(synthetic) -> None:
    nobody = Selection(index_from=date(2010, 1, 1), index_to=date(2011, 1, 1))
    figure = flow_sheet(flow(synthetic, nobody, "TTNST"), synthetic, nobody, Width.SINGLE)
    assert "0 patients" in drawn_words(figure)
    assert "By group" not in figure.description


def test_a_forest_draws_the_ratios_of_the_model_and_writes_them(synthetic) -> None:
    found = compare(synthetic, Question("TTNST", Selection(), adjust=("ki67_percent",)))
    figure = forest_sheet(found, Width.MIDDLE)
    drawn_ratios = [line.get_xdata()[0] for line in parts(figure, "ratio")]
    assert drawn_ratios == [ratio.hazard_ratio for ratio in found.adjusted.ratios]
    spans = [tuple(line.get_xdata()) for line in parts(figure, "interval")]
    assert spans == [(ratio.lower, ratio.upper) for ratio in found.adjusted.ratios]
    said = drawn_words(figure)
    assert "1 (reference)" in said
    assert "adjusted for Ki-67 (%)" in said
    assert "exploratory" in said


def test_limits_beyond_a_hundredfold_end_in_an_arrow_and_a_missing_ratio_says_why(synthetic) -> None:
    found = compare(synthetic, Question("OS", Selection(), subgroups=("sex", "primary_site")))
    figure = subgroup_sheet(found, Width.SINGLE)
    missing = [row for group in found.subgroups for row in group.rows if row.ratio.note]
    there = [row for group in found.subgroups for row in group.rows if not row.ratio.note]
    assert missing
    assert len(parts(figure, "ratio")) == len(there)
    assert "not estimable" in drawn_words(figure)
    wide = next(ratio for ratio in found.model.ratios if ratio.hazard_ratio)
    found.__dict__["crude"] = replace(found.crude, ratios=(replace(wide, lower=0.0001, upper=5000.0),))
    figure = forest_sheet(found, Width.SINGLE)
    assert [line.get_marker() for line in parts(figure, "limit")] == ["<", ">"]
    assert tuple(parts(figure, "interval")[0].get_xdata()) == (0.01, 100.0)


def test_side_effects_are_drawn_at_their_shares_with_exact_limits(synthetic) -> None:
    found = side_effects(synthetic, Selection())
    figure = side_effects_sheet(found, Width.DOUBLE)
    rows = [row for row in found.per_patient if row.term == "any side effect"]
    shares = [line.get_xdata()[0] for line in parts(figure, "share")]
    assert shares == [100 * share.share for row in rows for share in (row.any_grade, row.severe)]
    spans = [tuple(line.get_xdata()) for line in parts(figure, "interval")]
    assert spans == [
        (100 * share.lower, 100 * share.upper) for row in rows for share in (row.any_grade, row.severe)
    ]
    terms = [row for row in found.per_patient if row.modality is None and row.term != "any side effect"]
    bars = [artist for artist in figure.figure.artists if isinstance(artist, Rectangle)][2:]  # after the key
    widths = [bars[i].get_width() + bars[i + 1].get_width() for i in range(0, len(bars), 2)]
    scale = widths[0] / terms[0].any_grade.count
    assert [round(width / scale) for width in widths] == [row.any_grade.count for row in terms]
    drawn = [{to_hex(bar.get_facecolor()) for bar in bars[place::2]} for place in (0, 1)]
    assert drawn == [{SLATE}, {PALE_SLATE}], "a modality's colour stands for nothing but the modality"


def test_every_listed_patient_has_a_lane_to_the_end_of_observation_with_all_marks(synthetic) -> None:
    listing = Listing(Selection(modalities=("RFA", "HAE")), "TTNST", lanes="modality")
    listed = page_of(synthetic, listing, 1)
    figure = lanes_sheet(listed, synthetic.levels("modality"), Width.DOUBLE)
    (axes,) = figure.figure.axes
    lanes = [line for line in axes.get_lines() if line.get_gid().startswith("lane")]
    assert [line.get_gid() for line in lanes] == [f"lane {found.patient_id}" for found in listed.histories]
    for line, history in zip(lanes, listed.histories, strict=True):
        assert line.get_xdata()[-1] == history.observed_days / DAYS_PER_MONTH
        assert line.get_color() == look_of(history.modality, synthetic.levels("modality")).colour
        here = [
            mark
            for mark in axes.get_lines()
            if mark.get_ydata()[0] == line.get_ydata()[0] and mark is not line
        ]
        days = sorted(round(mark.get_xdata()[0] * DAYS_PER_MONTH) for mark in here)
        told = [m.day for m in history.marks if m.kind is not MarkKind.SIDE_EFFECT and m.day >= -91]
        ends = [] if history.ended_by is EndedBy.EVENT else [history.observed_days]
        assert days == sorted([*told, *ends])
    said = drawn_words(figure)
    for words in ("RFA", "Selective HAE", "new systemic therapy", "focal progression", "last contact"):
        assert words in said
    assert all(found.patient_id in said for found in listed.histories)
    therapies = [bar for bar in axes.patches if bar.get_gid() == "therapy"]
    shown = [
        span for found in listed.histories for span in found.spans if span.stop is None or span.stop > -91
    ]
    assert len(therapies) == len(shown)


@pytest.mark.parametrize("kind", [kind for kind in FigureKind if kind is not FigureKind.SUBGROUPS])
def test_the_command_line_writes_every_kind_of_figure(shelf, cli, tmp_path, kind: FigureKind) -> None:
    figure = drawn(open_dataset(shelf, "synthetic"), View(), kind, Width.SINGLE)
    for file_format in FigureFormat:
        out = tmp_path / f"figure.{file_format}"
        told = cli("figure", "--dataset", "synthetic", "--kind", kind, "--format", file_format, "--out", out)
        assert told.code == 0, told.said
        assert (told.json["kind"], told.json["width_mm"]) == (kind, 85.0)
        assert out.read_bytes() == figure_bytes(figure, file_format)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param(
            ("--kind", "forest", "--modality", "RFA"), "Only one group is left (RFA)", id="one-group"
        ),
        pytest.param(("--kind", "subgroups"), "No column is chosen", id="no-subgroup"),
        pytest.param(("--kind", "survival", "--dpi", "72"), "'72' is none of 300, 600", id="coarse"),
        pytest.param(("--kind", "survival", "--index-from", "2030-01-01"), "No patient matches", id="nobody"),
        pytest.param(("--kind", "pie"), "'pie' is none of", id="unknown-kind"),
    ],
)
def test_a_figure_that_cannot_be_leaves_the_file_as_it_was(shelf, cli, tmp_path, options, said) -> None:
    assert shelf.names() == ["synthetic"]
    out = tmp_path / "figure.svg"
    out.write_text("before")
    told = cli("figure", "--dataset", "synthetic", *options, "--out", out)
    assert told.code == 2
    assert said in told.said
    assert out.read_text() == "before"


def test_the_libraries_of_print_are_not_loaded_before_a_file_is_asked_for() -> None:
    code = (
        "import sys, gepnet_core.cli, gepnet_core.report.html, gepnet_core.report.tables, "
        "pages.components.figure_files\n"
        "print(sorted({'matplotlib', 'docx'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
