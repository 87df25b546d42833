"""What leaves the dashboard: the link of a view, its report, and all it takes to make its numbers again."""

from __future__ import annotations

import streamlit as st

from gepnet_core.errors import NothingLeft
from gepnet_core.report.contents import compose
from gepnet_core.store import open_shelf
from pages.components import page
from pages.components.markdown import escaped
from pages.components.session import KEY
from pages.components.take_away_files import show_bundle, show_figures, show_tables
from pages.components.take_away_link import show_link
from pages.components.take_away_report import show_report

data, view = page.begin("Take away", compared=True)
try:
    report = compose(data, view, shelf=open_shelf())
except NothingLeft as why:
    page.nothing_left(why)

st.header(escaped(report.sentence), anchor=False)
show_link(report, st.session_state[KEY])
show_report(report, st.session_state[KEY])
show_bundle(report)
show_figures(report, st.session_state[KEY])
show_tables(report)
