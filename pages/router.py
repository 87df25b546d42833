"""Every page starts here: session, navigation, sidebar, URL, then the page itself."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from gepnet_core.errors import CohortError, StoreDamaged
from pages.components import (
    access,
    case_form,
    compare_controls,
    controls,
    filters,
    links,
    paper,
    session,
    side_effect_controls,
    switched,
    tour,
)
from pages.components.markdown import escaped
from pages.components.page import refuse_link

ASSETS = Path(__file__).parent / "assets"

st.set_page_config(page_title="GEP-NET local treatment", page_icon=str(ASSETS / "icon.png"), layout="wide")
st.html(ASSETS / "style.css")
survival = st.Page("survival.py", title="Survival", url_path="survival", icon=":material/show_chart:")
compare = st.Page("compare.py", title="Compare", url_path="compare", icon=":material/balance:")
side_effects = st.Page(
    "side_effects.py", title="Side effects", url_path="side-effects", icon=":material/medical_services:"
)
similar = st.Page(
    "similar.py", title="Patients like this one", url_path="similar", icon=":material/person_search:"
)
take_away = st.Page("take_away.py", title="Take away", url_path="take-away", icon=":material/inventory_2:")
patients = st.Page("patients.py", title="Patients", url_path="patients", icon=":material/view_timeline:")
overview = st.Page("overview.py", title="Overview", icon=":material/groups:", default=True)
data = st.Page("data.py", title="Data", url_path="data", icon=":material/upload_file:")
# by what they are about: in the menu above, so that the sidebar is the filters'
MENU = {
    "Outcomes": [
        overview,
        survival,
        compare,
        side_effects,
        st.Page(
            "published.py", title="Published vs live", url_path="published", icon=":material/fact_check:"
        ),
    ],
    "Patients": [
        patients,
        similar,
    ],
    "Show and take away": [
        st.Page("board.py", title="Board view", url_path="board", icon=":material/cast:"),
        take_away,
    ],
    "Data": [
        data,
        st.Page("quality.py", title="Data quality", url_path="quality", icon=":material/troubleshoot:"),
        st.Page(
            "dictionary.py", title="Data dictionary", url_path="dictionary", icon=":material/dictionary:"
        ),
    ],
    "About": [st.Page("methods.py", title="Methods", url_path="methods", icon=":material/menu_book:")],
}
PAGES = [entry for group in MENU.values() for entry in group]
page = st.navigation(MENU, position="top")
access.draw()
tour.start(overview=page == overview)
try:
    shelf, remembered = session.start()
except StoreDamaged as damaged:  # no data set can be shown: the page Data brings one back, or another in
    session.forget()
    if page == data:
        try:
            page.run()
        except CohortError as refused:
            st.error(escaped(str(refused)))
    else:
        st.title(page.title, anchor=False)
        st.error(escaped(str(damaged)))
        st.page_link(data, label="Put a version back, or import a data set", icon=":material/upload_file:")
    st.stop()
except CohortError as refused:
    st.title(page.title, anchor=False)
    st.error(escaped(str(refused)))
    st.stop()
try:
    clicked = links.followed()
    opened = next((known for known in PAGES if clicked and known.url_path == clicked[0]), None)
    if clicked and opened:
        remembered.follow(shelf, clicked[1])
        st.switch_page(opened)
    with st.sidebar:
        filters.draw(shelf, remembered)
        if page == survival:
            controls.draw(remembered)
        elif page in (compare, take_away):
            compare_controls.draw(remembered)
        elif page == side_effects:
            side_effect_controls.draw(remembered)
        elif page == similar:
            case_form.draw_estimate(remembered)
    remembered.turn_to(page.url_path, patients.url_path)
    if not remembered.problems:
        st.query_params.from_dict(remembered.view.to_query())
except CohortError as refused:
    st.title(page.title, anchor=False)
    st.error(escaped(str(refused)))
    st.stop()
try:
    if page != data:  # it refuses below its title, where an import is taken back
        refuse_link(page.title, remembered)
    switched.draw(shelf, remembered)
    paper.draw(remembered)
    page.run()
except CohortError as refused:
    st.error(escaped(str(refused)))
