"""What a browser session remembers: the view, outside widget keys, and the version it started with."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from gepnet_core.criteria import Criterion
from gepnet_core.errors import (
    CohortError,
    DataSetUnknown,
    OptionRefused,
    StoreDamaged,
    listed,
    printable,
    quoted,
)
from gepnet_core.query_string import read_query
from gepnet_core.question import DEFAULT_GROUPING
from gepnet_core.selection import Selection
from gepnet_core.store import DataSet, Shelf, open_dataset, open_shelf
from gepnet_core.store.patient_handle import handle_of, patient_behind
from gepnet_core.store.versions import KEPT
from gepnet_core.view import View

KEY = "remembered"


@dataclass
class Remembered:
    """The view of each data set, what a link got wrong, and the generation of the widgets.

    `seeds` are the values with which the widgets of this generation were first drawn. `version_gone`: the link
    names a version that is not kept, and nothing else is wrong with it; `dataset_gone`: it names a data set that is
    not here, so another one stands in the sidebar. `former` is the data set that was shown before this one, while
    the screens still say so. `unread` says by label why what a number field of this run holds cannot be read.
    """

    dataset: str
    views: dict[str, View] = field(default_factory=dict)
    seeds: dict[str, View] = field(default_factory=dict)
    opened: dict[str, DataSet] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    version_gone: bool = False
    dataset_gone: bool = False
    former: str | None = None
    half_window: bool = False
    unread: dict[str, str] = field(default_factory=dict)
    newest: str = ""
    page: str = ""
    generation: int = 0

    @property
    def view(self) -> View:
        """The view of the data set that is shown."""
        return self.views[self.dataset]

    @property
    def seed(self) -> View:
        """The view with which the widgets were first drawn."""
        return self.seeds[self.dataset]

    @property
    def data(self) -> DataSet:
        """The version that this session holds of the data set that is shown."""
        return self.opened[self.dataset]

    def widget(self, name: str) -> str:
        """Return the key of a widget: another data set or a reset makes it a new one."""
        return f"{self.dataset}:{self.generation}:{name}"

    def show(self, view: View) -> None:
        """Remember what the widgets say."""
        self.views[self.dataset] = view

    def turn_to(self, page: str, patients: str) -> None:
        """Note which page is shown; who leaves that of the patients closes the patient and the list."""
        if self.page == patients != page:
            self.show(replace(self.view, patient=None, behind=None, within=(), part=1))
        self.page = page

    def reset(self, view: View) -> None:
        """Start the widgets anew from a view."""
        self.generation += 1
        self.problems, self.version_gone, self.dataset_gone = [], False, False
        self.views[self.dataset] = self.seeds[self.dataset] = view

    def update(self, shelf: Shelf) -> None:
        """Show the current version of the data set with the same controls, as far as it has them."""
        patient = self.view.patient and patient_behind(
            self.data, self.view.patient
        )  # handles are a version's own
        data = self.opened[self.dataset] = open_dataset(shelf, self.dataset)
        view, problems = _fitting(data, replace(self.view, version=data.version, patient=patient))
        self.reset(view)
        self.problems = problems

    def follow(self, shelf: Shelf, query: str) -> None:
        """Show what a link within the dashboard says, in this session and with the versions that it holds."""
        found = _from_link(shelf, query, self.opened)
        self.dataset = found.dataset
        self.opened[self.dataset] = found.data
        self.reset(found.view)
        self.problems, self.version_gone = found.problems, found.version_gone
        self.dataset_gone = found.dataset_gone

    def switch(self, shelf: Shelf, name: str) -> None:
        """Show another data set, as it was left, or everything of it; the one before is noted."""
        if name not in self.opened:
            try:
                data = open_dataset(shelf, name)
            except StoreDamaged as damaged:  # what was shown stays, and the picker goes back to it
                self.reset(self.view)
                self.problems = [f"“{name}” cannot be shown: {damaged}"]
                return
            self.opened[name], self.views[name] = data, everybody(data)
        self.former, self.dataset = self.dataset, name
        self.reset(self.views[name])


def everybody(data: DataSet) -> View:
    """Return the view of a whole data set, every control at its default."""
    return View(dataset=data.name, version=data.version, endpoint=next(iter(data.endpoints)))


def start() -> tuple[Shelf, Remembered]:
    """Return the data folder and what this session remembers; the link is read once, at the start.

    It is read from the text that the browser sent: `st.query_params` is empty where there are too many parts.
    """
    shelf = open_shelf()
    if KEY not in st.session_state:
        context = get_script_run_ctx()
        st.session_state[KEY] = _from_link(shelf, context.query_string if context else "")
    found: Remembered = st.session_state[KEY]
    found.unread = {}
    if (
        found.data.database.is_replaced
    ):  # a damaged file was written anew: read the same version from the new one
        found.opened[found.dataset] = open_dataset(shelf, found.dataset, found.data.version)
    return shelf, found


def forget() -> None:
    """Let go of what this session remembers, where its data cannot be shown; the next run starts from the link."""
    st.session_state.pop(KEY, None)


def _from_link(shelf: Shelf, query: str, opened: Mapping[str, DataSet] | None = None) -> Remembered:
    """Read a link; a version that this session has opened is shown even where it is not kept any more."""
    values, unread = read_query(query)
    view, problems = View.from_query(values)
    problems = unread + problems
    names = shelf.names()
    name = view.dataset or ("synthetic" if "synthetic" in names else names[0])
    gone, elsewhere, held = False, False, (opened or {}).get(name)
    try:
        data = held if held and held.version == view.version else open_dataset(shelf, name, view.version)
    except DataSetUnknown as unknown:
        gone, elsewhere = name in names, name not in names
        data = open_dataset(shelf, name) if gone else _another(shelf, name, unknown)
        problems.append(
            f"Version {printable((view.version or '')[:16])} of “{name}” is not here any more (the last {KEPT} are "
            f"kept), so this link cannot show the numbers that it showed. The current version is {data.version}."
            if gone
            else f"This view cannot be shown: {unknown}"
        )
        name = data.name
    except StoreDamaged as damaged:
        elsewhere, data = True, _another(shelf, name, damaged)
        problems.append(f"“{name}” cannot be shown: {damaged}")
        name, view = data.name, everybody(data)
    view = replace(view, dataset=name, version=data.version)
    view, unfit = _fitting(data, view)
    remembered = Remembered(name, problems=problems + unfit, version_gone=gone and len(problems + unfit) == 1)
    remembered.dataset_gone = elsewhere
    remembered.opened[name] = data
    remembered.views[name] = remembered.seeds[name] = view
    return remembered


def _another(shelf: Shelf, name: str, why: CohortError) -> DataSet:
    """Return the first other data set that can be opened, for the picker; raise `why` where there is none."""
    for other in shelf.names():
        if other != name:
            with suppress(CohortError):
                return open_dataset(shelf, other)
    raise why


def _fitting(data: DataSet, view: View) -> tuple[View, list[str]]:
    """Return the view without what the data set does not have, and a sentence for each such part."""
    problems: list[str] = []
    if view.endpoint is None:
        view = replace(view, endpoint=next(iter(data.endpoints)))
    if view.patient is not None and (patient := patient_behind(data, view.patient)) is not None:
        view = replace(
            view, patient=handle_of(data, patient)
        )  # a link of before there were handles holds the id
    try:
        data.check(view.selection)
    except CohortError as refused:
        problems.append(f"This view cannot be shown: {refused}")
        known = tuple(value for value in view.selection.modalities if value in data.modality_labels)
        criteria = tuple(each for each in view.selection.criteria if _fits(data, each))
        selection = replace(view.selection, modalities=known, criteria=criteria)
        if not data.has_dates:
            selection = replace(selection, index_from=None, index_to=None, cutoff=None)
        view = replace(view, selection=selection)
    try:
        data.endpoint(view.endpoint or "")
    except OptionRefused as refused:
        problems.append(f"This view cannot be shown: {refused}")
        view = replace(view, endpoint=next(iter(data.endpoints)))
    view, unfit = _fitting_comparison(data, view)
    problems += unfit
    if view.by is not None and view.by not in data.groupings:
        problems.append(
            data.offered.why_not(view.by)
            or f"The view stratifies by {quoted(view.by)}, which is not on offer for this data set. "
            f"There are: {listed(data.groupings)}."
        )
        view = replace(view, by=None)
    return view, problems


def _fits(data: DataSet, criterion: Criterion) -> bool:
    """Return True where the data set has what a condition asks for."""
    try:
        data.check(Selection(criteria=(criterion,)))
    except CohortError:
        return False
    return True


def _fitting_comparison(data: DataSet, view: View) -> tuple[View, list[str]]:
    """Return the view without columns that a comparison cannot use here, and a sentence for each."""
    problems: list[str] = []
    numeric = [column.name for column in data.baseline if column.kind == "numeric"]
    offered = {
        "stratify": list(data.groupings),
        "adjust": [*data.groupings, *numeric],
        "subgroups": list(data.groupings),
    }
    for part, known in offered.items():
        asked = getattr(view, part)
        columns = (asked,) if isinstance(asked, str) else asked or ()
        for column in columns:
            if column not in known:
                problems.append(
                    data.offered.why_not(column)
                    or f"The comparison uses the column {quoted(column)}, which is not on offer for this data set. "
                    f"There are: {listed(known)}."
                )
        kept = tuple(column for column in columns if column in known)
        view = replace(view, **{part: (kept[0] if kept else None) if part == "stratify" else kept})
    if view.by is not None and view.by not in data.groupings:
        return replace(view, levels=(), reference=None, contrast=None), problems
    groups = data.levels(view.by or DEFAULT_GROUPING)
    for group in (*view.levels, *({view.reference, view.contrast} - {None})):
        if group not in groups:
            problems.append(
                f"The comparison names the group {quoted(group or '')}, which is not in this data set. There are: "
                f"{listed(groups)}."
            )
    view = replace(
        view,
        levels=tuple(level for level in view.levels if level in groups),
        reference=view.reference if view.reference in groups else None,
        contrast=view.contrast if view.contrast in groups else None,
    )
    return view, problems
