"""The settings of a data set, editable before it is imported: words, window, exclusions, labels and order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import streamlit as st
import tomli_w

from gepnet_core.intake.dates import FIRST_DAY, LAST_DAY
from gepnet_core.settings import Modality, Settings
from pages.components import downloads
from pages.components.import_state import ImportState

METASTATIC = "Only patients who were metastatic by the treatment"
DATE_FORMAT = "YYYY-MM-DD"
MOST_LABELS = 24


def choose_settings(
    remembered: ImportState,
    seed: Settings,
    modalities: Sequence[str],
    *,
    indications: Sequence[str] = (),
    eligibility: bool = True,
    only_present: bool = False,
) -> Settings:
    """Draw the settings and return what they say.

    With `eligibility` those that choose patients, too; `indications` are those that the file holds. With
    `only_present`, modalities that the file does not hold are dropped: a corrected file has lost a spelling.
    """
    if only_present:
        seed = replace(
            seed,
            modalities=tuple(found for found in seed.modalities if found.value in modalities),
            excluded=tuple(found for found in seed.excluded if found.value in modalities),
        )

    def key(name: str) -> str:
        return remembered.key(f"settings:{name}")

    first, second = st.columns(2)
    title = first.text_input("Title", value=seed.title, key=key("title"))
    notice = second.text_input(
        "Notice on every screen",
        value=seed.notice,
        key=key("notice"),
        help="For instance “preliminary data, not for publication”.",
    )
    excluded: list[str] = []
    window: tuple[date | None, date | None] = (None, None)
    plain = Settings()
    metastatic, focal_only, focal = plain.metastatic, plain.focal_only, plain.focal_indication
    if eligibility:
        first, second = st.columns(2)
        window = (
            _day("First day of treatment", seed.window_from, key("from"), first),
            _day("Last day of treatment", seed.window_to, key("to"), second),
        )
        metastatic = second.toggle(
            METASTATIC,
            value=seed.metastatic and not remembered.waived,
            key=key(f"metastatic:{remembered.waived}"),
            help="Needs the day of the first metastasis. Off: patients without one belong to the cohort too.",
        )
        focal_only = first.toggle(
            "Only treatments for focal progression",
            value=seed.focal_only and bool(indications),
            key=key("focal_only"),
            help="Needs the indication of each treatment. Off: every local treatment may be the index treatment.",
        )
        known_focal = [word for word in indications if "foc" in word.casefold() or "fok" in word.casefold()]
        likely = seed.focal_indication if seed.focal_indication in indications else ([*known_focal, None])[0]
        chosen = second.selectbox(
            "The indication that means focal progression",
            list(indications),
            index=list(indications).index(likely) if likely is not None else None,
            placeholder="The file holds no indication" if not indications else "Choose",
            key=key("focal"),
            disabled=not focal_only,
        )
        focal = chosen or seed.focal_indication
        known = [modality.value for modality in seed.excluded]
        excluded = st.multiselect(
            "Excluded modalities",
            list(dict.fromkeys([*modalities, *known])),
            default=known,
            key=key("excluded"),
            help="A treatment of these is no index treatment; it still counts as a later treatment.",
        )
    labels = {modality.value: modality.label for modality in (*seed.modalities, *seed.excluded)}
    given = [modality.value for modality in seed.modalities]
    left = [value for value in dict.fromkeys([*given, *modalities]) if value not in excluded]
    labelled: tuple[Modality, ...] = seed.modalities
    if left and len(left) <= MOST_LABELS:
        order = st.multiselect(
            "Order of the modalities",
            left,
            default=left,
            key=key(f"order:{','.join(left)}"),
            help="The order on every screen; of two treatments on one day the first in this order is the index.",
        )
        places = st.columns(3)
        labelled = tuple(
            Modality(
                value,
                places[at % 3]
                .text_input(f"Label of {value}", value=labels.get(value, value), key=key(f"label:{value}"))
                .strip()
                or value,
            )
            for at, value in enumerate([*order, *(value for value in left if value not in order)])
        )
    return Settings(
        title=title.strip(),
        notice=notice.strip(),
        about=seed.about,
        primary_sites=seed.primary_sites if eligibility else (),
        metastatic=metastatic,
        focal_only=focal_only,
        focal_indication=focal,
        window_from=window[0],
        window_to=window[1],
        excluded=tuple(Modality(value, labels.get(value, value)) for value in excluded),
        modalities=labelled,
        missing=seed.missing,
        not_recorded=seed.not_recorded if eligibility else (),
        baseline=() if eligibility else seed.baseline,
    ).deciding([] if eligibility else remembered.decisions.items())


def offer(settings: Settings) -> None:
    """Offer the settings as a file that an import on the command line takes."""
    downloads.offer(
        "Settings (TOML)",
        lambda: [tomli_w.dumps(settings.to_toml())],
        "settings.toml",
        says="For the same import on the command line, or beside the source tables.",
        mime="application/toml",
    )


def _day(label: str, seed: date | None, key: str, where: st.delta_generator.DeltaGenerator) -> date | None:
    """Draw a day that may stay empty."""
    chosen = where.date_input(
        label, value=seed, min_value=FIRST_DAY, max_value=LAST_DAY, format=DATE_FORMAT, key=key
    )
    return chosen if isinstance(chosen, date) else None
