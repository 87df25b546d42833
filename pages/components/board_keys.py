"""The keys and the slim bar of the board view: each press changes the remembered view, and so the address."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from gepnet_core.cursor import DEFAULT_MONTHS
from gepnet_core.store import DataSet
from gepnet_core.view import View
from pages.components import links
from pages.components.session import KEY, Remembered

ANSWERED = "board_answered"
ARROWS = {"arrowright": 1, "arrowleft": -1, "shift+arrowright": 6, "shift+arrowleft": -6}  # months
MOVES = ("e", "shift+e", "m", "shift+m", "b", "home", "end", *ARROWS)

# Presses are numbered, by the time, and sent again until the server has answered them: of two within one rerun both
# are acted on. Queue and listener outlive this element, since a rerun may replace it while keys are pressed.
LISTEN = """
const LEFT_AFTER = 1000  // milliseconds without an element: then the board was left
export default function ({ data, parentElement, setTriggerValue, setStateValue }) {
    const dialog = parentElement.querySelector('dialog')
    const held = window.boardPresses ??= { pending: [], last: 0, listen: event => held.pressed(event) }
    held.pending = held.pending.filter(press => press.number > data.handled)
    const explain = () => dialog.open ? dialog.close() : dialog.showModal()
    const send = () => setTriggerValue('pressed', [...held.pending])
    const press = key => {
        held.last = Math.max(held.last + 1, Date.now())
        held.pending.push({ number: held.last, key })
        send()
    }
    const typing = event => event.composedPath()[0]?.closest?.('input, textarea, select, [contenteditable="true"]')
    held.pressed = event => {
        if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event)) return
        const key = event.key.toLowerCase()
        if (key === '?') return explain()
        if (dialog.open) return
        if (key === 'escape') return document.querySelector('.st-key-board-leave a')?.click()
        const name = (event.shiftKey ? 'shift+' : '') + key
        if (!data.keys.includes(name) || (event.repeat && !key.startsWith('arrow'))) return
        event.preventDefault()
        press(name)
    }
    const measure = () => {
        const fits = Math.min(innerWidth / 1280, innerHeight / 720)
        const scale = innerWidth < 700 ? 0.7 : Math.max(1, Math.min(3, Math.floor(4 * fits) / 4))
        if (scale !== data.scale) setStateValue('scale', scale)
    }
    let waiting
    const resized = () => { clearTimeout(waiting); waiting = setTimeout(measure, 200) }
    parentElement.querySelector('button').onclick = explain
    clearTimeout(held.leaving)
    document.addEventListener('keydown', held.listen)  // the same listener is added once
    addEventListener('resize', resized)
    measure()
    if (held.pending.length) send()
    return () => {
        removeEventListener('resize', resized)
        clearTimeout(waiting)
        clearTimeout(held.leaving)
        held.leaving = setTimeout(() => {
            document.removeEventListener('keydown', held.listen)
            held.pending = []
        }, LEFT_AFTER)
    }
}
"""
STYLE = """
button { font: inherit; font-size: max(18px, calc(0.82 * var(--type, 22px))); color: inherit;
    background: transparent; padding: 0.25rem 0.75rem;
    border: 1px solid color-mix(in srgb, currentColor 35%, transparent); border-radius: 0.5rem; cursor: pointer; }
dialog { font-size: var(--type, 22px); color: var(--st-text-color); background: var(--st-background-color);
    border: 2px solid currentColor; border-radius: 0.5rem; padding: 1rem 1.5rem; }
dialog::backdrop { background: rgba(0, 0, 0, 0.5); }
th { text-align: left; padding-right: 1.5rem; font-weight: 600; white-space: nowrap; }
h2 { margin: 0 0 0.5rem; font-size: 1.2em; }
p { max-width: 44rem; }
"""


HELP = {
    "E": "next endpoint; with Shift, the one before",
    "M": "next group of patients; with Shift, the one before",
    "← →": "a month earlier or later; with Shift, six months",
    "Home, End": "the first and the last month",
    "B": "confidence band on or off",
    "?": "these keys, and away with them",
    "Esc": "leave, with the same controls",
}
ROWS = "".join(f"<tr><th scope='row'>{key}</th><td>{words}</td></tr>" for key, words in HELP.items())
HTML = f"""
<button type="button" aria-haspopup="dialog">? Keys</button>
<dialog aria-labelledby="keys"><h2 id="keys">Keys</h2><table>{ROWS}</table>
<p>Groups of patients: all of them, those of each treatment, then all treatments side by side. Where the curves are
by another column, they stay so in each group.</p><form method="dialog"><button>Close</button></form></dialog>
"""
_component = st.components.v2.component("board_keys", html=HTML, css=STYLE, js=LISTEN)


@dataclass
class Answered:
    """The number of the last press that was acted on, and whose turn it is to act."""

    last: int = 0
    turn: threading.Lock = field(default_factory=threading.Lock)


def draw(remembered: Remembered) -> float:
    """Draw the bar, listen for keys, and return how much larger than 1280 x 720 the screen is."""
    data, view = remembered.data, remembered.view
    treatment = "Treatment" if data.is_trial else "Modality"
    pairs = [
        ("Endpoint", "shift+e", "e", len(data.endpoints) > 1),
        (treatment, "shift+m", "m", len(data.modality_labels) > 1),
        ("Month", "arrowleft", "arrowright", True),
    ]
    for name, back, on, there in pairs:
        st.button(f"‹ {name}", key=f"board-{back}", on_click=_press, args=(back,), disabled=not there)
        st.button(f"{name} ›", key=f"board-{on}", on_click=_press, args=(on,), disabled=not there)
    answered: Answered = st.session_state.setdefault(ANSWERED, Answered())
    scale = st.session_state.get("board-scale", 1.0)
    _component(
        key="board-keys",
        data={"handled": answered.last, "keys": list(MOVES), "scale": scale},
        on_pressed_change=_pressed,
        on_scale_change=_scaled,
        width="content",
    )
    with st.container(key="board-leave", width="content"):
        st.markdown(f"[Leave](<{links.address('survival', view)}>)")
    return float(scale)


def _scaled() -> None:
    told = st.session_state["board-keys"].scale
    if isinstance(told, int | float) and 0.5 <= told <= 3.0:
        st.session_state["board-scale"] = float(told)


def _pressed() -> None:
    """Act on the presses that were not acted on yet, in their order, each once.

    Two reruns of a session may run at once, and the framework may break one off wherever it reads the session's
    state. So all is read first, and one at a time acts.
    """
    presses, answered = st.session_state["board-keys"].pressed or (), st.session_state[ANSWERED]
    remembered: Remembered = st.session_state[KEY]
    with answered.turn:
        for press in presses:
            if press["number"] > answered.last and press["key"] in MOVES:
                answered.last = press["number"]
                _move(remembered, press["key"])


def _press(key: str) -> None:
    remembered, answered = st.session_state[KEY], st.session_state[ANSWERED]
    with answered.turn:
        _move(remembered, key)


def _move(remembered: Remembered, key: str) -> None:
    # the sidebar is drawn anew from the view, for its controls to say what a key has chosen
    remembered.reset(moved(remembered.data, remembered.view, key))


def moved(data: DataSet, view: View, key: str) -> View:
    """Return the view that a key leads to."""
    step = -1 if key.startswith("shift+") else 1
    match key.removeprefix("shift+"):
        case "e":
            codes = list(data.endpoints)
            return replace(view, endpoint=_beside(codes, view.endpoint, step))
        case "m":
            return _other_patients(data, view, step)
        case "b":
            return replace(view, band=not view.band)
        case "home":
            return replace(view, at=1.0)
        case "end":
            return replace(view, at=_last_month(data, view))
        case _:
            months = ARROWS[key]
            now = DEFAULT_MONTHS if view.at is None else view.at
            whole = math.floor(now) if months > 0 else math.ceil(now)
            return replace(view, at=min(max(1.0, float(whole + months)), max(now, _last_month(data, view))))


def _beside(stops: Sequence[Any], now: Any, step: int) -> Any:
    """Return the next of some stops in a ring; from elsewhere, the one beside the first."""
    place = stops.index(now) if now in stops else 0
    return stops[(place + step) % len(stops)]


def _other_patients(data: DataSet, view: View, step: int) -> View:
    """Return the next of: all patients, those of each modality, all modalities side by side.

    Curves by another column keep it, and two modalities that a filter names count as all.
    """
    labels = list(data.modality_labels)
    if len(labels) < 2:
        return view
    other = view.by if view.by != "modality" else None
    stops: list[tuple[tuple[str, ...], str | None]] = [((), other), *(((label,), other) for label in labels)]
    if other is None:
        stops.append(((), "modality"))
    now = (view.selection.modalities, view.by)
    if view.by == "modality":
        now = ((), "modality")
    modalities, by = _beside(stops, now, step)
    return replace(view, selection=replace(view.selection, modalities=modalities), by=by)


def _last_month(data: DataSet, view: View) -> float:
    """Return the last whole month within the follow-up of the patients on the screen, at least 1."""
    counted = data.event_counts(view.endpoint or "", view.selection, by=view.by)
    last = max((float(counts.days[-1]) for counts in counted), default=0.0)
    return max(1.0, data.time_scale(view.endpoint or next(iter(data.endpoints))).months_within(last, 0))
