"""Each published figure beside the live one, and why intervals of the same median differ."""

from __future__ import annotations

import streamlit as st

from gepnet_core import published
from gepnet_core.errors import ControlMissing
from gepnet_core.estimates import alternatives, estimate
from gepnet_core.formatting import NOT_ESTIMABLE, format_level, format_quantile
from gepnet_core.published import EVERYBODY
from pages.components import page, tables
from pages.components.markdown import escaped

data, view = page.begin("Published vs live", whole=True)


def show_published() -> None:
    """Show each published figure beside the live one."""
    rows = published.compare(data)
    agreeing = sum(row.reproduced for row in rows)
    st.header(f"{agreeing} of {len(rows)} published figures are reproduced from the data.", anchor=False)
    tables.show(
        ["Figure", "Published", "Live", "Unit", "Reproduced", "Convention"],
        [
            [
                row.figure,
                row.printed,
                row.live_as_printed or NOT_ESTIMABLE,
                row.unit,
                "yes" if row.reproduced else "NO",
                row.convention,
            ]
            for row in rows
        ],
        alt="Published figures beside the live ones",
    )


try:
    show_published()
except ControlMissing as missing:
    st.info(escaped(str(missing)))

st.header("The same medians under other conventions", anchor=False)
st.markdown(
    "The interval depends on the scale on which it is computed. The symmetric limits of SPSS, those of the "
    "published study, are median ± z standard errors, with the slope of the curve near the median, cut "
    "at 0; the median is the first time with S at or below one half. The other conventions take the midpoint "
    "where the curve lies on one half, and ask at which times the pointwise interval of S(t) crosses one half; "
    "they follow the curve, need not be symmetric, and have no upper limit where the upper band never falls to "
    "one half. Where few patients are at risk near a median, they can differ by years."
)
whole = [estimate(data, code, EVERYBODY, conf_level=view.conf_level) for code in data.endpoints]
medians = [alternatives(found, found.strata[0]) for found in whole]
tables.show(
    ["Convention", *(f"{found.endpoint.name} ({found.endpoint.code})" for found in whole)],
    [
        [conf_type.label, *(format_quantile(by_type[conf_type]) for by_type in medians)]
        for conf_type in medians[0]
    ],
    alt="Medians of every endpoint under six conventions of the interval",
)
st.caption(f"Months, with {format_level(view.conf_level)} CI. NR: not reached. NE: not estimable.")
