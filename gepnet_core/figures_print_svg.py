"""An SVG file made fit to stand alone and in a page: its size in mm, its words, ids of its own, nothing fetched."""

from __future__ import annotations

import hashlib
import re
from xml.etree import ElementTree as Tree

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
HREF = f"{{{XLINK}}}href"
REFERENCE = re.compile(r"(?<=url\(#)[^)]+(?=\))")

Tree.register_namespace("", SVG)
Tree.register_namespace("xlink", XLINK)


def finished(drawn: bytes, width_mm: float, height_mm: float, title: str, description: str, salt: str) -> str:
    """Return what was drawn as one `<svg>` element, without a head, remarks or data about itself.

    Its ids begin with a hash of `salt` and of all that is drawn.
    """
    root = Tree.fromstring(drawn)
    for parent in root.iter():
        for name in ("metadata", "style"):
            for child in parent.findall(f"{{{SVG}}}{name}"):
                parent.remove(child)
    # what the style sheet said of everything, which in a page would be everything of the page
    root.attrib |= {"stroke-linejoin": "round", "stroke-linecap": "butt"}
    root.attrib |= {"width": f"{width_mm:g}mm", "height": f"{height_mm:.6g}mm", "role": "img"}
    told = "\0".join((salt, title, description)).encode()
    named = f"f{hashlib.sha256(told + drawn).hexdigest()[:12]}"
    _rename(root, named)
    words = []
    for tag, text in (("title", title), ("desc", description)):
        element = Tree.Element(f"{{{SVG}}}{tag}", {"id": f"{named}-{tag}"})
        element.text = text
        words.append(element)
    root[:0] = words
    root.set("aria-labelledby", f"{named}-title {named}-desc")
    return Tree.tostring(root, encoding="unicode")


def _rename(root: Tree.Element, named: str) -> None:
    """Give every id that is referred to a name of this figure, and take the others away."""
    used: dict[str, str] = {}

    def new(old: str) -> str:
        return used.setdefault(old, f"{named}-{len(used)}")

    for element in root.iter():
        for key, value in element.attrib.items():
            if key == HREF and value.startswith("#"):
                element.set(key, f"#{new(value[1:])}")
            elif "url(#" in value:
                element.set(key, REFERENCE.sub(lambda found: new(found.group()), value))
    for element in root.iter():
        old = element.attrib.pop("id", None)
        if old in used:
            element.set("id", used[old])
