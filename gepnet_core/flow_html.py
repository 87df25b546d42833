"""The flow diagram as HTML: a list that reads as sentences, which CSS draws as boxes and arrows.

The only module that knows its classes and their style; screen and report show the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from gepnet_core.behind import Behind
from gepnet_core.characters import escape
from gepnet_core.criteria import OneOf
from gepnet_core.flow import Flow, FlowPart, FlowStep

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
Address = Callable[[Behind, tuple[OneOf, ...]], str]

# Columns of equal width: the line from box to box runs down the middle of the first, and the arrow to a side box is
# half a column long. Where there is no room, the line runs down the left instead.
FLOW_CSS = """
.flow { container-type: inline-size; max-width: 52rem; line-height: 1.35; }
.flow h3 { font-size: 1rem; font-weight: 600; margin: 0; padding: 0 0 0.35rem; }
.flow ol, .flow ul { list-style: none; margin: 0; padding: 0; }
.flow li { margin: 0; padding: 0; font-size: 1rem; }
.flow p { margin: 0; font-size: 1rem; }
.flow-box, .flow-out, .flow-groups li {
    border: 1px solid currentColor; border-radius: 0.25rem; padding: 0.4rem 0.6rem !important;
    overflow-wrap: anywhere; break-inside: avoid;
}
.flow-out { border-style: dashed; }
.flow strong { font-variant-numeric: tabular-nums; }
.flow a { color: inherit; text-decoration: underline; text-underline-offset: 0.15em; }
.flow-date { white-space: nowrap; }
.flow-step, .flow-start { display: grid; grid-template-columns: 1fr 1fr; }
.flow-start > .flow-box, .flow-step > .flow-box { grid-column: 1; text-align: center; }
.flow-step > .flow-out { grid-column: 2; grid-row: 1; margin: 0.75rem 0; position: relative; }
.flow-step > .flow-box { grid-row: 2; }
.flow-step > .flow-line { grid-column: 1; grid-row: 1; position: relative; min-height: 1.5rem; }
.flow-line::before {
    content: ""; position: absolute; left: 50%; top: 0; bottom: 0; border-left: 1px solid currentColor;
}
.flow-line::after {
    content: ""; position: absolute; left: calc(50% - 0.3rem); bottom: 0;
    border: 0.32rem solid transparent; border-top-color: currentColor; border-bottom-width: 0;
}
.flow-out::before {
    content: ""; position: absolute; right: 100%; width: 50%; top: 50%; border-top: 1px solid currentColor;
}
.flow-out::after {
    content: ""; position: absolute; right: calc(100% + 1px); top: calc(50% - 0.27rem);
    border: 0.32rem solid transparent; border-left-color: currentColor; border-right-width: 0;
}
.flow-part { padding: 0.75rem 0 0 !important; position: relative; }
.flow-part.flow-later::before {
    content: ""; position: absolute; left: 25%; top: 0; bottom: 0; border-left: 1px solid currentColor;
}
.flow-part.flow-later > h3 { margin-left: calc(25% + 0.75rem); }
.flow-down { position: relative; height: 1.75rem; width: 50%; }
.flow-groups {
    display: flex; flex-wrap: wrap; gap: 0.5rem; padding: 0.6rem 0 0 !important; position: relative;
}
.flow-groups::before {
    content: ""; position: absolute; left: 0; right: 0; top: 0; height: 0.6rem;
    border: 1px solid currentColor; border-bottom-width: 0;
}
.flow-groups li { flex: 1 1 7rem; text-align: center; }
@container (max-width: 34rem) {
    .flow-step, .flow-start { grid-template-columns: 2.5rem 1fr; }
    .flow-start > .flow-box, .flow-step > .flow-box { grid-column: 1 / -1; text-align: left; }
    .flow-part.flow-later::before { left: 1.25rem; }
    .flow-part.flow-later > h3 { margin-left: 2.5rem; }
    .flow-down { width: 2.5rem; }
    .flow-out::before { width: 1.25rem; }
    .flow-groups li { text-align: left; }
}
@media print {
    .flow a { text-decoration: none; }
}
"""


def flow_html(flow: Flow, href: Address | None = None) -> str:
    """Return the diagram of a flow as HTML, to be shown with `FLOW_CSS`.

    Parameters
    ----------
    href
        The address that lists the patients behind a number, under further conditions; None: no links. A number
        of 0 has none either.
    """
    label = "From the records to the groups" if flow.behind_start else "From all patients to the groups"
    start = _number(flow.start, flow.start_label, _address(href, flow.start, flow.behind_start))
    parts = [
        f'<section class="flow" aria-label="{label}">',
        f'<div class="flow-start"><p class="flow-box">{start}</p></div>',
    ]
    for part in FlowPart:
        if steps := flow.of(part):
            items = "".join(_step(step, href) for step in steps)
            parts.append(
                f'<div class="flow-part flow-later"><h3>{escape(part.value)}</h3></div><ol>{items}</ol>'
            )
    if flow.groups:
        boxes = "".join(
            f"<li>{_number(group.patients, '', _address(href, group.patients, flow.end, group.within))}"
            f" {escape(group.label)}</li>"
            for group in flow.groups
        )
        parts.append(f'<div class="flow-down flow-line"></div><ul class="flow-groups">{boxes}</ul>')
    return "\n".join([*parts, "</section>"])


def _step(step: FlowStep, href: Address | None) -> str:
    out = _number(step.out, "left out", _address(href, step.out, step.behind_out))
    left = _number(step.left, "left", _address(href, step.left, step.behind_left))
    return (
        '<li class="flow-step"><div class="flow-line"></div>'
        f'<p class="flow-out">{out}: {_words(step.reason)}</p>'
        f'<p class="flow-box">{left}: {_words(step.label)}</p></li>'
    )


def _words(text: str) -> str:
    """Return text as HTML in which a date does not break over two lines."""
    return DATE.sub(r'<span class="flow-date">\g<0></span>', escape(text))


def _address(
    href: Address | None, count: int, behind: Behind | None, within: tuple[OneOf, ...] = ()
) -> str | None:
    return href(behind, within) if href and behind and count else None


def _number(count: int, noun: str, address: str | None) -> str:
    """Return a number with its word, as a link where there is an address."""
    words = f"<strong>{count:,}</strong>"
    if noun:
        words += f" {escape(noun)}"
    return words if address is None else f'<a href="{escape(address)}">{words}</a>'
