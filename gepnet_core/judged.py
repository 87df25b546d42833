"""The eligibility steps as read for one treatment, in words: passed, or where it stopped and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gepnet_core.eligibility import steps
from gepnet_core.settings import Settings
from gepnet_core.store.dataset import DataSet
from gepnet_core.store.patient_record import Cells, PatientRecord
from gepnet_core.vocabulary import NOT_RECORDED


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an eligibility step found: `words` are the record's own."""

    code: str
    label: str
    passed: bool
    words: str


@dataclass(frozen=True, slots=True)
class JudgedTreatment:
    """A local treatment with the verdict of each step up to the first that it fails.

    `is_index` True for the index treatment.
    """

    treatment_id: str
    date: date
    modality: str
    verdicts: tuple[Verdict, ...]
    is_index: bool

    @property
    def passed_all(self) -> bool:
        """True where no step failed."""
        return all(verdict.passed for verdict in self.verdicts)


def judged_treatments(dataset: DataSet, record: PatientRecord) -> tuple[JudgedTreatment, ...]:
    """Judge every local treatment of a patient by the steps of the data set, by date."""
    settings = Settings.from_json(dataset.meta["settings"])
    patient = record.tables["patients"][0]
    treatments = sorted(
        record.tables["local_treatments"], key=lambda row: (row["date"], str(row["treatment_id"]))
    )
    return tuple(
        JudgedTreatment(
            str(treatment["treatment_id"]),
            treatment["date"],
            dataset.words_for("modality", str(treatment["modality"])),
            _verdicts(settings, patient, treatment),
            treatment["treatment_id"] == record.index_treatment,
        )
        for treatment in treatments
    )


def _verdicts(settings: Settings, patient: Cells, treatment: Cells) -> tuple[Verdict, ...]:
    """Return the verdicts up to the first step that fails."""
    found: list[Verdict] = []
    for step in steps(settings):
        passed, words = _judge(step.code, settings, patient, treatment)
        found.append(Verdict(step.code, step.label, passed, words))
        if not passed:
            break
    return tuple(found)


def _judge(code: str, settings: Settings, patient: Cells, treatment: Cells) -> tuple[bool, str]:
    """Return whether a treatment passes a step, and what the record says."""
    day: date = treatment["date"]
    if code == "gep_net":
        site = patient["primary_site"]
        return site in settings.primary_sites, f"primary site: {site or NOT_RECORDED}"
    if code == "metastatic":
        since = patient["metastatic_date"]
        if since is None:
            return False, "no date of a first metastasis"
        return since <= day, f"first metastasis {since}, treatment {day}"
    if code == "local_treatment":
        return True, f"{treatment['modality']} on {day}"
    if code == "focal_progression":
        indication = treatment["indication"]
        return indication == settings.focal_indication, f"indication: {indication or NOT_RECORDED}"
    if code == "window":
        after = settings.window_from is None or day >= settings.window_from
        before = settings.window_to is None or day <= settings.window_to
        return after and before, f"treated on {day}"
    excluded = settings.excluded[int(code.removeprefix("excluded_"))]
    return treatment["modality"] != excluded.value, f"modality: {treatment['modality']}"
