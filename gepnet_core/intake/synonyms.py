"""How charts and registries call the columns and values of the contract, in English and German."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def squashed(name: str) -> str:
    """Return a heading in lower-case letters and digits alone: "Ki-67 (%)" is "ki67", "patId" is "patid"."""
    return re.sub(r"[^a-z0-9]", "", name.casefold().translate(FOLDED))


def _words(text: str) -> tuple[str, ...]:
    return tuple(squashed(word) for word in text.split(","))


def _dated(text: str) -> tuple[str, ...]:
    """Return each word alone and with the word "date" on either side of it."""
    forms = ("{}", "{}date", "date{}", "dateof{}", "dateofthe{}", "{}datum", "datum{}", "datumder{}", "{}dt")
    return tuple(form.format(word) for word in _words(text) for form in (*forms, "datumdes{}", "dt{}"))


PATIENT_ID = _words(
    "patient id, pat id, subject id, usubjid, subjid, record id, study id, case id, patient number, patient no, "
    "patientennummer, patienten nr, pat nr, pat no, patient nr, patienten id, pseudonym, mrn, fallnummer, patient, "
    "pat, pid, id"
)
TREATMENT = _words(
    "trtp, treatment, treatment arm, treatment group, trt, arm, rx, modality, therapy, tx, group, behandlung, "
    "therapie, gruppe"
)

# one column a patient: the words for it, the likeliest first
SINGLE: dict[tuple[str, str], tuple[str, ...]] = {
    ("patients", "sex"): _words("sex, gender, geschlecht, biological sex, sex at birth"),
    ("patients", "birth_year"): _words(
        "birth year, year of birth, yob, birth yr, year birth, geburtsjahr, geb jahr, jahrgang"
    ),
    ("patients", "primary_site"): _words(
        "primary site, primary tumour site, primary tumor site, site of primary, primary tumour, primary tumor, "
        "primary, tumour site, tumor site, tumour primary, tumor primary, site, primärtumor, primärlokalisation, "
        "primarius, lokalisation primärtumor, tumorlokalisation, primary location"
    ),
    ("patients", "tumour_grade"): _words(
        "tumour grade, tumor grade, who grade, who grading, grade who, grading, grade, histological grade, "
        "tumorgrad, grad"
    ),
    ("patients", "ki67_percent"): _words(
        "ki67 percent, ki67, ki67 index, ki67 pct, ki67 %, mib1, mib1 index, mib1 percent, mib1 ki67, "
        "ki67 mib1, proliferation index, proliferationsindex, ki67 prozent"
    ),
    ("patients", "functional"): _words(
        "functional, functioning, functional tumour, functional tumor, functioning tumour, functioning tumor, "
        "functionality, hormone active, hormonally active, funktionell, funktionell aktiv, hormonaktiv, "
        "funktionalität"
    ),
    ("patients", "metastatic_date"): _dated(
        "metastatic, metastasis, metastases, first metastasis, metastatic disease, metastatic diagnosis, mets, "
        "metastasierung, erstmetastasierung, metastasen, fernmetastase, first metastases, "
        "erstdiagnose metastasen, ed metastasen, diagnosis of metastases, m1"
    ),
    ("follow_up", "last_contact_date"): _dated(
        "last contact, last follow up, last fu, lfu, last seen, last visit, last known alive, last alive, "
        "follow up, fu, lastfup, last observation, letzter kontakt, letzte nachsorge, letztes follow up, "
        "letzten kontakts, letzten nachsorge, letzte vorstellung, letzte visite, censor"
    ),
    ("follow_up", "death_date"): _dated(
        "death, dod, died, deceased, death day, tod, todes, sterbe, todestag, verstorben, verstorben am, exitus"
    ),
    ("follow_up", "vital_status"): _words(
        "vital status, status vital, vitalstatus, survival status, alive or dead, patient status, alive, dead, "
        "lebensstatus, überlebensstatus, status"
    ),
}

DATE = "date, datum, dt, day, on, am"
KIND = "modality, modalität, type, kind, art, verfahren, method, methode"


@dataclass(frozen=True, slots=True)
class Repeated:
    """A table of which a row of the file may hold several: "rfa_date_2" is stem, role and number.

    Parameters
    ----------
    stems
        The words for what is repeated, and the constant that each stands for (empty: none).
    roles
        For each column of the contract, the words for it beside a stem.
    alone
        For each column of the contract, the words that say it without a stem.
    bare
        What a stem alone can be, in order: a column of dates, or of text.
    """

    table: str
    stems: Mapping[str, str]
    roles: Mapping[str, tuple[str, ...]]
    bare: tuple[str, ...]
    alone: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def _stems(**words: str) -> dict[str, str]:
    pairs = [(stem, constant) for constant, text in words.items() for stem in _words(text)]
    return {stem: "" if constant == "any" else constant for stem, constant in pairs}


REPEATED = (
    Repeated(
        "local_treatments",
        _stems(
            any="tx, treatment, local treatment, local therapy, index treatment, lt, procedure, intervention, "
            "behandlung, lokaltherapie, lokale therapie, lokalbehandlung, eingriff, on study, index",
            RFA="rfa, radiofrequency ablation, radiofrequenzablation",
            EBRT="ebrt, external beam radiation, radiation, radiotherapy, rt, bestrahlung, strahlentherapie",
            HAE="hae, embolization, embolisation, hepatic artery embolization",
            resection="resection, surgical resection, resektion",
            surgery="surgery, operation, op",
            TACE="tace",
            TAE="tae",
            MWA="mwa, microwave ablation",
            SIRT="sirt, tare, radioembolization, radioembolisation",
        ),
        {
            "date": _words(DATE),
            "modality": _words(KIND),
            "target_site": _words("target site, target, site, location, lokalisation, ort, zielort, organ"),
            "indication": _words("indication, indikation, reason, grund"),
        },
        ("date", "modality"),
        {
            "modality": _words("modality, modalität"),
            "target_site": _words("target site, zielort"),
            "indication": _words("indication, indikation"),
        },
    ),
    Repeated(
        "systemic_therapies",
        _stems(
            any="new systemic therapy, new systemic treatment, new systemic, systemic therapy, systemic, nst, "
            "systemic treatment, new therapy, systemtherapie, neue systemtherapie, chemotherapy, chemo"
        ),
        {
            "start_date": _words(f"start date, start, date start, begin, beginn, startdatum, since, {DATE}"),
            "stop_date": _words("stop date, stop, end date, end, date stop, date end, ende, enddatum"),
            "agent": _words("agent, drug, name, substance, substanz, wirkstoff, medikament, regimen"),
        },
        ("start_date", "agent"),
        {
            "agent": _words("agent, drug, substance, substanz, wirkstoff, medikament"),
            "start_date": _words("start date, startdatum"),
            "stop_date": _words("stop date, enddatum"),
        },
    ),
    Repeated(
        "progressions",
        _stems(any="progression, pd, progress, progressive disease, disease progression, progredienz"),
        {
            "date": _words(DATE),
            "extent": _words("extent, type, pattern, kind, art, ausmaß, ausdehnung, typ, muster"),
        },
        ("date", "extent"),
        {"extent": _words("extent")},
    ),
    Repeated(
        "adverse_events",
        _stems(any="ae, adverse event, toxicity, tox, complication, side effect, nebenwirkung, komplikation"),
        {
            "date": _words(f"{DATE}, onset, onset date"),
            "term": _words("term, name, event, type, art"),
            "ctcae_grade": _words("grade, ctcae grade, ctcae, grad, ctcae grad"),
        },
        ("date", "term"),
        {"ctcae_grade": _words("ctcae grade, ctcae grad"), "term": _words("ctcae term")},
    ),
)

# what values of the file stand for; a bare number is none of them
VALUES: dict[str, dict[str, tuple[str, ...]]] = {
    "sex": {
        "female": _words("f, w, female, weiblich, woman, frau"),
        "male": _words("m, male, männlich, man, mann"),
    },
    "functional": {
        "yes": _words("yes, y, ja, j, true, functional, functioning, funktionell"),
        "no": _words("no, n, nein, false, nonfunctional, nonfunctioning, nicht funktionell"),
    },
    "extent": {
        "focal": _words("focal, fokal, unifocal, unifokal"),
        "multifocal": _words("multifocal, multifokal"),
    },
    "vital_status": {
        "alive": _words("alive, living, lebend, lebt, am leben"),
        "dead": _words("dead, deceased, died, verstorben, tot, gestorben"),
    },
}
GRADE = re.compile(r"(?:who)?(?:grade|grad|g)?(1|2|3|i{1,3})")
