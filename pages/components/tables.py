"""Result tables that people read aloud: plain HTML, one value object a row."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from gepnet_core.estimates import Estimate
from gepnet_core.formatting import format_interval, format_quantile, format_survival
from gepnet_core.vocabulary import DAYS_PER_MONTH, DEFAULT_TIMES_MONTHS
from pages.components.markdown import escaped


def show(header: Sequence[str], rows: Sequence[Sequence[object]], *, alt: str) -> None:
    """Draw a table; the first column names the rows."""
    cells = [[escaped(str(cell)) for cell in row] for row in rows]
    frame = pd.DataFrame(cells, columns=[escaped(name) for name in header], dtype=str)
    st.table(frame.set_index(frame.columns[0]), alt=alt)


def show_estimates(estimated: Estimate) -> None:
    """Draw n, events, median and S(t) of every stratum."""
    deaths = any(stratum.competing for stratum in estimated.strata)
    median = f"Median, months ({format_interval(estimated.conf_level, estimated.conf_type)})"
    header = ["Group", "n", "Events", *(["Deaths before the event"] if deaths else []), median]
    pointwise = format_interval(estimated.conf_level, estimated.conf_type.pointwise)
    header += [f"S at {months:g} months, % ({pointwise})" for months in DEFAULT_TIMES_MONTHS]
    rows = []
    for stratum in estimated.strata:
        row: list[object] = [stratum.label, f"{stratum.n:,}", f"{stratum.events:,}"]
        if deaths:
            row.append(f"{stratum.competing:,}")
        row.append(format_quantile(stratum.median))
        row += [format_survival(stratum.curve.at(months * DAYS_PER_MONTH)) for months in DEFAULT_TIMES_MONTHS]
        rows.append(row)
    show(header, rows, alt="Patients, events, median and survival at 6, 12, 24 and 36 months by group")
    st.caption("NR: not reached. NE: not estimable. Times beyond the last follow-up are not estimated.")
