"""A list of patients for print: a lane each, with therapies, treatments, progressions, events and the end."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from gepnet_core.figure_words import ticks
from gepnet_core.figures_print_paper import CURVE, DASHES, FAINT, MARK, MARKERS, THIN, Paper, PrintFigure
from gepnet_core.histories import Listed
from gepnet_core.history import EndedBy, History, Mark, MarkKind
from gepnet_core.palette import look_of
from gepnet_core.print_size import Width
from gepnet_core.sheets import provenance
from gepnet_core.store.dataset import DataSet
from gepnet_core.vocabulary import DAYS_PER_MONTH

BEFORE = 3 * DAYS_PER_MONTH  # days shown before time zero where anything was going on by then
LANE = 1.7  # of a line of text
GREY = "#6f6f6f"
NAMES = 0.24  # of the width, at most
LOCAL = (MarkKind.INDEX, MarkKind.LOCAL, MarkKind.EARLIER_LOCAL, MarkKind.SAME_DAY, MarkKind.UNPLACED)
SIGNS = {
    MarkKind.FOCAL.value: ("v", False),
    MarkKind.MULTIFOCAL.value: ("v", True),
    EndedBy.DEATH.value: ("x", False),
    EndedBy.LAST_CONTACT.value: (">", False),
    EndedBy.CENSORED.value: (">", False),
    EndedBy.CUT_OFF.value: ("|", False),
}
EVENTS = ("*", "h", "8", "d", "+", "1")
THERAPIES = ((True, "systemic therapy known at index", "white"), (False, "new systemic therapy", GREY))


@dataclass(frozen=True, slots=True)
class Sign:
    """How a mark is drawn, and its name in the key."""

    name: str
    marker: str
    filled: bool
    colour: str


def lanes_sheet(listed: Listed, levels: Sequence[str], size: Width) -> PrintFigure:
    """Draw a lane for each listed patient who has a time zero, in their order, groups under their headings.

    Parameters
    ----------
    levels
        Every modality of the whole cohort, whose place gives its look.
    """
    paper, data = Paper(size), listed.dataset
    shown = [
        history for history in listed.histories if history.in_cohort and history.observed_days is not None
    ]
    first, last = _days(shown)
    names = {history.patient_id: paper.wrapped(history.patient_id, NAMES * paper.width) for history in shown}
    left = max([10.0, *(paper.wide(line) for lines in names.values() for line in lines)]) + 2.0
    used = [modality for modality in levels if any(history.modality == modality for history in shown)]
    therapies = {span.known for history in shown for span in history.spans}
    y = _lane_keys(paper, data, used, levels, therapies)
    y = _sign_keys(paper, _signs(data, shown, levels), y) + 0.5 * paper.row
    top, lanes = y, []
    before: str | None = None
    for history in shown:
        if listed.listing.lanes is not None and history.stratum != before:
            y = paper.lines(0.0, y, paper.wrapped(history.stratum, paper.width, bold=True), bold=True)
            before = history.stratum
        lines = names[history.patient_id]
        high = max(LANE, len(lines) + 0.2) * paper.row
        paper.lines(0.0, y + (high - len(lines) * paper.row) / 2 - 0.15 * paper.row, lines)
        lanes.append(y + high / 2 - 0.15 * paper.row - top)
        y += high
    wide, high = paper.width - left - 1.5, max(y - top, paper.row)
    axes = paper.axes(left, top, wide, high)
    pad = 0.02 * (last - first)
    axes.set_xlim((first - pad) / DAYS_PER_MONTH, (last + pad) / DAYS_PER_MONTH)
    axes.set_ylim(high, 0.0)
    axes.spines["left"].set_visible(False)
    axes.set_yticks([])
    for history, lane in zip(shown, lanes, strict=True):
        _draw(axes, data, history, lane, 0.19 * paper.row, levels, first)
    months = ticks(last / DAYS_PER_MONTH)
    step = months[1] if len(months) > 1 else 1.0
    earlier = [-step] if -step * DAYS_PER_MONTH >= first else []
    paper.label_ticks(
        axes.xaxis, [*earlier, *months], [f"{month:g}".replace("-", "−") for month in (*earlier, *months)]
    )
    zero = "time zero" if data.is_trial else "the index date"
    y = top + high + 1.5 + paper.row
    paper.text(left + wide / 2, y, f"Months from {zero}", align="center")
    said = f"{listed.place}, sorted by {listed.listing.order.label}: {listed.sentence}"
    caption = f"{said}. {provenance(data, listed.listing.selection)}"
    bottom = paper.lines(0.0, y + 1.5 * paper.row, paper.wrapped(caption, paper.width), colour=FAINT)
    return paper.finish(bottom, "What happened to each patient", f"{said}.")


def _days(shown: Sequence[History]) -> tuple[float, float]:
    """Return from when to when lanes run, in days from time zero."""
    early = any(span.start < 0 for history in shown for span in history.spans)
    early = early or any(_is_shown(mark) and mark.day < 0 for history in shown for mark in history.marks)
    last = max([DAYS_PER_MONTH, *(float(history.observed_days or 0) for history in shown)])
    return (-BEFORE if early else 0.0), last


def _is_shown(mark: Mark) -> bool:
    return mark.kind is not MarkKind.SIDE_EFFECT and mark.day >= -BEFORE


def _sign(data: DataSet, mark: Mark, levels: Sequence[str]) -> Sign:
    if mark.kind in LOCAL:
        name = f"local treatment: {data.words_for('modality', mark.of)}"
        if mark.of not in levels:
            return Sign(name, "8", True, GREY)
        look = look_of(mark.of, levels)
        return Sign(name, MARKERS[look.mark], True, look.colour)
    if mark.kind is MarkKind.EVENT:
        place = list(data.endpoints).index(mark.of)
        return Sign(f"{mark.of}: event", EVENTS[place % len(EVENTS)], True, GREY)
    marker, filled = SIGNS[mark.kind.value]
    return Sign(mark.kind.value, marker, filled, GREY)


def _end(history: History) -> Sign | None:
    if history.ended_by is None or history.ended_by.value not in SIGNS:  # an event has its own mark
        return None
    marker, filled = SIGNS[history.ended_by.value]
    return Sign(history.ended_by.value, marker, filled, GREY)


def _signs(data: DataSet, shown: Sequence[History], levels: Sequence[str]) -> list[Sign]:
    """Return every sign that is drawn and has no lane of its own, in the order in which they first come."""
    lanes = {history.modality for history in shown}
    marks = [mark for history in shown for mark in history.marks if _is_shown(mark)]
    found = [_sign(data, mark, levels) for mark in marks if mark.kind not in LOCAL or mark.of not in lanes]
    found += [end for history in shown if (end := _end(history))]
    return list(dict.fromkeys(found))


def _lane_keys(
    paper: Paper, data: DataSet, used: Sequence[str], levels: Sequence[str], therapies: Collection[bool]
) -> float:
    """Write the modalities with their lines and marks, then the bars of therapies that there are."""
    entries = [(data.words_for("modality", modality), look_of(modality, levels)) for modality in used]
    x, y = 0.0, 0.0
    for words, look in entries:
        if x and x + 9.0 + paper.wide(words) > paper.width:
            x, y = 0.0, y + paper.row
        middle = y + paper.row / 2
        paper.line([x, x + 7.0], [middle, middle], colour=look.colour, width=CURVE, dash=look.dash)
        paper.mark(x + 3.5, middle, MARKERS[look.mark], look.colour)
        paper.lines(x + 8.5, y, paper.wrapped(words, paper.width - 8.5)[:1])
        x += 8.5 + paper.wide(words) + 3.0
    x, y = 0.0, y + paper.row * bool(entries)
    for known, words, colour in THERAPIES:
        if known not in therapies:
            continue
        if x and x + 8.5 + paper.wide(words) > paper.width:
            x, y = 0.0, y + paper.row
        paper.box(x, y + 0.35 * paper.row, 7.0, 0.3 * paper.row, colour, GREY)
        paper.text(x + 8.5, y, words)
        x += 8.5 + paper.wide(words) + 3.0
    return y + paper.row * bool(therapies)


def _sign_keys(paper: Paper, signs: Sequence[Sign], y: float) -> float:
    x = 0.0
    for sign in signs:
        lines = paper.wrapped(sign.name, paper.width - 4.0)
        wide = 4.0 + max(map(paper.wide, lines))
        if x and x + wide > paper.width:
            x, y = 0.0, y + paper.row
        paper.mark(x + 1.2, y + paper.row / 2, sign.marker, sign.colour, filled=sign.filled)
        below = paper.lines(x + 4.0, y, lines)
        x += wide + 3.0
        if len(lines) > 1:
            x, y = 0.0, below
    return y + paper.row * bool(signs)


def _draw(
    axes: Axes, data: DataSet, history: History, lane: float, slim: float, levels: Sequence[str], first: float
) -> None:
    """Draw one lane: its line, the courses of agents below it, and its marks."""
    look = look_of(history.modality, levels)
    end = float(history.observed_days or 0)
    axes.plot(
        [0.0, end / DAYS_PER_MONTH],
        [lane, lane],
        color=look.colour,
        linestyle=DASHES[look.dash],
        linewidth=CURVE,
        gid=f"lane {history.patient_id}",
    )
    for known, _, colour in THERAPIES:
        for span in history.spans:
            stop = float(span.stop if span.stop is not None else max(end, span.start))
            if span.known is not known or stop <= first:
                continue
            start = max(float(span.start), first)
            axes.barh(
                lane + (1.9 if known else 3.1) * slim,
                max(stop - start, 4.0) / DAYS_PER_MONTH,
                left=start / DAYS_PER_MONTH,
                height=slim,
                color=colour,
                edgecolor=GREY,
                linewidth=THIN,
                zorder=1.5,
                gid="therapy",
            )
    marks = [(mark.day, _sign(data, mark, levels)) for mark in history.marks if _is_shown(mark)]
    if sign := _end(history):
        marks.append((int(end), sign))
    for day, sign in marks:
        axes.plot(
            [day / DAYS_PER_MONTH],
            [lane],
            marker=sign.marker,
            markersize=MARK,
            markerfacecolor=sign.colour if sign.filled else "white",
            markeredgecolor=sign.colour,
            markeredgewidth=THIN,
            linestyle="none",
            zorder=3.0,
            clip_on=False,
            gid=f"mark {sign.name}",
        )
