"""The sidebar's second half on the survival screen: what is estimated, and how it is drawn."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from gepnet_core.formatting import NO_BREAK, format_count, format_level
from gepnet_core.glossary import define
from gepnet_core.vocabulary import ConfType, DeathRule
from pages.components.session import Remembered

LEVELS = (0.8, 0.9, 0.95, 0.99)
# a dropdown takes an option None for "nothing chosen yet", so these stand for "no restriction"
NOTHING = ""
ALL_TIME = 0
HORIZONS = (12, 24, 36, 48, 60, 120, 240)
CONF_TYPE_HELP = (
    "The scale on which the interval is computed. log-log is the default; symmetric (SPSS) is the one of the "
    "published medians, and takes no midpoint where the curve lies on one half. *Published vs live* shows how "
    "they differ. Where death is a competing event, limits are log-log in any case."
)


def draw(remembered: Remembered) -> None:
    """Draw the controls of the survival screen and remember what they say."""
    st.markdown("**Estimate**")
    choose_endpoint(remembered)
    _choose_grouping(remembered)
    choose_death_rule(remembered)
    choose_interval(remembered)
    _choose_look(remembered)


def choose_endpoint(remembered: Remembered) -> None:
    """Draw the choice of the endpoint and remember it."""
    data, view = remembered.data, remembered.view
    codes = list(data.endpoints)
    endpoint = st.selectbox(
        "Endpoint",
        codes,
        index=codes.index(view.endpoint) if view.endpoint in codes else 0,
        format_func=lambda code: f"{code}: {data.endpoints[code].name}",
        key=remembered.widget("endpoint"),
        disabled=bool(remembered.problems),
        help=f"{define('endpoint')} Methods defines each.",
    )
    remembered.show(replace(view, endpoint=endpoint))


def _choose_grouping(remembered: Remembered) -> None:
    view, groupings = remembered.view, remembered.data.groupings
    columns = [NOTHING, *groupings]
    by = st.selectbox(
        "Stratify by",
        columns,
        index=columns.index(view.by or NOTHING),
        format_func=lambda column: named(groupings[column]) if column else "none",
        key=remembered.widget("by"),
        disabled=bool(remembered.problems),
        help="One curve for each value of this column, as it was on the index date.",
    )
    remembered.show(replace(view, by=by or None))


def choose_interval(remembered: Remembered) -> None:
    """Draw the choices of convention and level of the intervals and remember them."""
    view = remembered.view
    fixed = view.selection.death is DeathRule.COMPETING
    conf_type = st.selectbox(
        "Confidence interval",
        list(ConfType),
        index=list(ConfType).index(view.conf_type),
        format_func=lambda found: found.label,
        key=remembered.widget("conf_type"),
        disabled=fixed or bool(remembered.problems),
        help=CONF_TYPE_HELP,
    )
    levels = sorted({*LEVELS, view.conf_level, remembered.seed.conf_level})
    level = st.selectbox(
        "Confidence level",
        levels,
        index=levels.index(view.conf_level),
        format_func=lambda found: format_level(found).replace(NO_BREAK, " "),
        key=remembered.widget("conf_level"),
        disabled=bool(remembered.problems),
        help=define("confidence interval"),
    )
    remembered.show(replace(view, conf_type=conf_type, conf_level=level))


def deaths_before_event(remembered: Remembered) -> int:
    """Return how many selected patients died before the event."""
    view = remembered.view
    counted = remembered.data.event_counts(view.endpoint or "", view.selection, by=view.by)
    return sum(int(counts.competing.sum()) for counts in counted)


def choose_death_rule(remembered: Remembered) -> None:
    """Draw the choice of how a death before the event counts and remember it."""
    view, deaths = remembered.view, deaths_before_event(remembered)
    chosen = st.selectbox(
        "Death before the event",
        list(DeathRule),
        index=list(DeathRule).index(view.selection.death),
        format_func=lambda rule: rule.label,
        key=remembered.widget("death"),
        disabled=(deaths == 0 and view.selection.death is not DeathRule.COMPETING)
        or bool(remembered.problems),
        help=(
            "Censor: a death ends the time without event. Count as event: the endpoint becomes “… or death”. "
            "Competing event: the curve is the share with the event (cumulative incidence), with log-log limits."
        ),
    )
    if deaths == 0 and chosen is DeathRule.COMPETING:
        st.caption(
            "no death before the event in this selection: the curve is the same, its limits are others"
        )
    elif deaths == 0:
        st.caption("no death before the event in this selection: all rules agree")
    else:
        st.caption(f"{format_count(deaths, 'death')} before the event in this selection")
    remembered.show(replace(view, selection=replace(view.selection, death=chosen)))


def _choose_look(remembered: Remembered) -> None:
    view = remembered.view
    st.markdown("**Figure**")
    horizons = [
        ALL_TIME,
        *sorted({*HORIZONS, *({view.horizon} - {None}), *({remembered.seed.horizon} - {None})}),
    ]
    horizon = st.selectbox(
        "Horizon",
        horizons,
        index=horizons.index(view.horizon or ALL_TIME),
        format_func=lambda months: f"{months} months" if months else "all observed time",
        key=remembered.widget("horizon"),
        disabled=bool(remembered.problems),
        help="How far the time axis reaches. It changes the figure, not the estimates.",
    )
    band = st.toggle(
        "Confidence band",
        value=view.band,
        key=remembered.widget("band"),
        help=f"Pointwise. {define('pointwise')}",
    )
    failure = st.toggle(
        "Show 1 − S(t)",
        value=view.failure,
        key=remembered.widget("failure"),
        help="Rising curves: the share with the event. The table keeps S(t).",
    )
    remembered.show(replace(view, horizon=horizon or None, band=band, failure=failure))


def named(label: str) -> str:
    """Return a column's label, told apart from the word for no grouping."""
    return f"{label} (column)" if label.strip().casefold() == "none" else label
