"""Make the synthetic cohort: the six source tables, in which no patient is real.

P01 to P59 carry the facts of the calibrated cohort; the records after them are invented so that eligibility
has something to exclude. Every patient has a random generator of their own: the same bytes on every run.
"""

import argparse
import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Literal

SEED = 2017
HERE = Path(__file__).resolve().parent
WINDOW = (date(2014, 1, 1), date(2017, 5, 31))
LAST_DAY = date(2017, 9, 30)  # nothing in the tables is later

FOCAL = "focal progression"
OTHER_INDICATIONS = ("symptom control", "tumour debulking", "consolidation")
STUDY_MODALITIES = ("resection", "RFA", "EBRT", "HAE")
ANALOGUES = ("octreotide LAR", "lanreotide")
LINES = ("everolimus", "capecitabine-temozolomide", "177Lu-dotatate", "interferon alfa")
PANCREATIC_LINES = ("sunitinib", "streptozocin-fluorouracil")

GEP_PRIMARIES = {
    "small intestine": 46, "pancreas": 32, "rectum": 6, "colon": 4, "stomach": 4, "appendix": 2,
    "unknown GEP primary": 6,
}  # fmt: skip
OTHER_PRIMARIES = {"lung": 7, "thymus": 2, "ovary": 3}
TARGET_SITES = {
    "resection": {"liver": 6, "lymph node": 4, "peritoneum": 3, "soft tissue": 1},
    "RFA": {"liver": 9, "lung": 1},
    "EBRT": {"bone": 9, "lymph node": 4, "brain": 1, "soft tissue": 1},
    "HAE": {"liver": 1},
    "lobar HAE": {"liver": 1},
    "cytoreductive surgery": {"liver": 1},
}

# CTCAE terms by modality, each with the lowest grade that CTCAE v5 defines for it.
AFTER_EMBOLIZATION = {
    "Abdominal pain": 1, "Fatigue": 1, "Fever": 1, "Nausea": 1, "Alanine aminotransferase increased": 1,
}  # fmt: skip
AFTER_SURGERY = {
    "Wound infection": 2,
    "Ileus": 1,
    "Postoperative hemorrhage": 1,
    "Abdominal pain": 1,
    "Fatigue": 1,
}
ADVERSE_TERMS = {
    "resection": AFTER_SURGERY,
    "RFA": {"Pain": 1, "Fever": 1, "Pleural effusion": 1, "Fatigue": 1},
    "EBRT": {"Fatigue": 1, "Dermatitis radiation": 1, "Nausea": 1, "Diarrhea": 1},
    "HAE": AFTER_EMBOLIZATION,
    "lobar HAE": AFTER_EMBOLIZATION,
    "cytoreductive surgery": AFTER_SURGERY,
}
EARLY_TERMS = {"Postoperative hemorrhage", "Wound infection", "Fever"}  # within two weeks
LATE_TERMS = {"Fatigue", "Abdominal pain", "Pain", "Diarrhea", "Ileus", "Nausea"}  # may come after 90 days
GRADE_4 = ("P18", "Postoperative hemorrhage")  # the only side effect of grade 4

# What eligibility and endpoints must see through. Days count from the index date.
RESTARTS = {
    "P01": ("capecitabine-temozolomide", 610),
    "P09": ("octreotide LAR", 340),
    "P21": ("everolimus", 200),
    "P43": ("interferon alfa", 120),
}
DOSE_CHANGES = {"P32": ("lanreotide", 150)}
STARTS_ON_INDEX_DATE = {"P41": "everolimus"}
EARLIER_TREATMENTS = {
    "P05": (-480, "RFA", "liver", FOCAL),  # before the window
    "P26": (-330, "lobar HAE", "liver", FOCAL),  # excluded modality
    "P29": (-300, "EBRT", "bone", "symptom control"),  # other indication
    "P35": (-500, "resection", "liver", "tumour debulking"),  # other indication
    "P50": (-560, "cytoreductive surgery", "liver", FOCAL),  # excluded modality
    "P57": (-700, "resection", "lymph node", FOCAL),  # before the disease was metastatic
}
METASTATIC_ON = {"P57": -420}
FURTHER_MODALITY = {"P06": "lobar HAE"}


@dataclass(frozen=True, slots=True)
class Treatment:
    """One local treatment."""

    day: date
    modality: str
    target_site: str
    indication: str


@dataclass(frozen=True, slots=True)
class Therapy:
    """One course of a systemic agent; no stop means still taken."""

    agent: str
    start: date
    stop: date | None = None


@dataclass(frozen=True, slots=True)
class AdverseEvent:
    """One side effect of one local treatment."""

    day: date
    term: str
    ctcae_grade: int
    treatment: Treatment


@dataclass(slots=True)
class Patient:
    """One patient with all rows of theirs; `rng` is the only source of chance for this patient."""

    patient_id: str
    rng: Random
    sex: str
    birth_year: int
    primary_site: str
    tumour_grade: str
    ki67_percent: float | None
    functional: str
    metastatic: date | None
    last_contact: date
    death: date | None
    treatments: list[Treatment] = field(default_factory=list)
    therapies: list[Therapy] = field(default_factory=list)
    progressions: list[tuple[date, str]] = field(default_factory=list)
    adverse_events: list[AdverseEvent] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Agents that this patient has not taken and that suit the primary site."""
        suited = LINES + PANCREATIC_LINES if self.primary_site == "pancreas" else LINES
        taken = {therapy.agent for therapy in self.therapies}
        return [agent for agent in suited if agent not in taken]


MetastaticWhen = Literal["before", "never", "day after", "after"]
Kind = Literal["eligible", "early", "indication", "window", "lobar HAE", "cytoreductive surgery"]


@dataclass(frozen=True, slots=True)
class Plan:
    """How many excluded records of one sort to invent; `kinds` says at which step each treatment fails."""

    count: int
    kinds: tuple[Kind, ...] = ()
    gep_primary: bool = True
    metastatic: MetastaticWhen = "before"
    on: date | None = None


PLANS = (
    Plan(9, ("eligible",), gep_primary=False),
    Plan(3, gep_primary=False),
    Plan(5, ("eligible",), metastatic="never"),
    Plan(4, ("eligible",), metastatic="after"),
    Plan(1, ("eligible",), metastatic="day after"),
    Plan(28),
    Plan(12, ("indication",)),
    Plan(4, ("indication", "indication")),
    Plan(2, ("early", "indication")),
    Plan(1, ("window",), on=WINDOW[0] - timedelta(1)),
    Plan(1, ("window",), on=WINDOW[1] + timedelta(1)),
    Plan(9, ("window",)),
    Plan(3, ("window", "indication")),
    Plan(7, ("lobar HAE",)),
    Plan(2, ("lobar HAE", "indication")),
    Plan(2, ("lobar HAE", "window")),
    Plan(4, ("cytoreductive surgery",)),
    Plan(1, ("cytoreductive surgery", "indication")),
    Plan(1, ("cytoreductive surgery", "window")),
    Plan(2, ("cytoreductive surgery", "lobar HAE")),
)


def weighted(rng: Random, weights: dict[str, int]) -> str:
    """Draw one key by its weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


def between(rng: Random, first: date, last: date) -> date:
    """Draw a day, both ends included."""
    return first + timedelta(rng.randint(0, (last - first).days))


def parse_day(text: str) -> date | None:
    """Read an ISO date; an empty text is a missing date."""
    return date.fromisoformat(text) if text else None


def new_patient(
    patient_id: str, rng: Random, anchor: date, last_contact: date, *, gep_primary: bool = True
) -> Patient:
    """Draw who the patient is; dates of disease and death are left to the caller."""
    tumour_grade = weighted(rng, {"G1": 40, "G2": 53, "G3": 7})
    ki67 = {
        "G1": rng.choice((0.5, 1.0, 1.0, 1.5, 2.0, 2.0)),
        "G2": rng.randint(3, 20),
        "G3": rng.randint(21, 45),
    }
    primary_site = weighted(rng, GEP_PRIMARIES if gep_primary else OTHER_PRIMARIES)
    sex = rng.choice(("female", "male"))
    return Patient(
        patient_id=patient_id,
        rng=rng,
        sex="female" if primary_site == "ovary" else sex,
        birth_year=anchor.year - min(max(round(rng.gauss(61, 9)), 41), 79),
        primary_site=primary_site,
        tumour_grade=tumour_grade,
        ki67_percent=ki67[tumour_grade] if rng.random() < 0.88 else None,
        functional=weighted(rng, {"yes": 30, "no": 60, "": 10}),
        metastatic=None,
        last_contact=last_contact,
        death=None,
    )


def add_treatment(
    patient: Patient, day: date, modality: str, indication: str, target_site: str | None = None
) -> None:
    """Add a local treatment, and the focal progression that led to it if that was the indication."""
    site = target_site or weighted(patient.rng, TARGET_SITES[modality])
    patient.treatments.append(Treatment(day, modality, site, indication))
    if indication == FOCAL:
        patient.progressions.append((day - timedelta(patient.rng.randint(10, 60)), "focal"))


def add_earlier_therapies(patient: Patient, first: date, anchor: date) -> None:
    """Add what was taken before the anchor date: a somatostatin analogue (mostly ongoing), earlier lines."""
    rng = patient.rng
    restarted = RESTARTS.get(patient.patient_id, ("", 0))[0]
    changed = DOSE_CHANGES.get(patient.patient_id, ("", 0))[0]
    on_index_date = STARTS_ON_INDEX_DATE.get(patient.patient_id)

    start = between(rng, first + timedelta(10), first + timedelta(150))
    analogue = weighted(rng, {"octreotide LAR": 6, "lanreotide": 4})
    course = rng.choices(("ongoing", "switched", "stopped", "never"), (78, 8, 7, 7))[0]
    if restarted in ANALOGUES:
        analogue, course = restarted, "stopped"
    elif changed:
        analogue, course = changed, "ongoing"
    turn = between(rng, anchor - timedelta(150), anchor - timedelta(70))
    if course == "ongoing":
        patient.therapies.append(Therapy(analogue, start))
    elif course == "switched":
        other = ANALOGUES[1 - ANALOGUES.index(analogue)]
        patient.therapies += [Therapy(analogue, start, turn), Therapy(other, turn + timedelta(28))]
    elif course == "stopped":
        patient.therapies.append(Therapy(analogue, start, turn))

    number = rng.choices((0, 1, 2), (50, 37, 13))[0]
    agents = rng.sample(
        [agent for agent in patient.lines() if agent not in (restarted, on_index_date)], number
    )
    if restarted in LINES:
        agents = [restarted, *agents[:1]]
    begin = first + timedelta(60)
    share = (anchor - timedelta(40) - begin).days // max(len(agents), 1)
    for order, agent in enumerate(agents):
        opening = begin + timedelta(order * share)
        begun = opening + timedelta(rng.randint(0, share // 3))
        length = min(rng.randint(share // 3, share // 2), 168 if agent == "177Lu-dotatate" else 540)
        patient.therapies.append(Therapy(agent, begun, begun + timedelta(length)))


def add_index_therapies(patient: Patient, index_date: date) -> None:
    """Add the rows around the index date that are not a new systemic therapy."""
    if patient.patient_id in RESTARTS:
        agent, days = RESTARTS[patient.patient_id]
        patient.therapies.append(Therapy(agent, index_date + timedelta(days)))
    if patient.patient_id in DOSE_CHANGES:
        agent, days = DOSE_CHANGES[patient.patient_id]
        changed = index_date + timedelta(days)
        patient.therapies = [
            Therapy(agent, therapy.start, changed - timedelta(1)) if therapy.agent == agent else therapy
            for therapy in patient.therapies
        ] + [Therapy(agent, changed)]
    if patient.patient_id in STARTS_ON_INDEX_DATE:
        patient.therapies.append(Therapy(STARTS_ON_INDEX_DATE[patient.patient_id], index_date))


def add_new_agent(patient: Patient, day: date) -> None:
    """Start an agent never taken before; some stop the analogue then, some stop the new agent again."""
    rng = patient.rng
    weights = {"everolimus": 5, "177Lu-dotatate": 5, "sunitinib": 4}
    agent = weighted(
        rng, {agent: weights.get(agent, 3) for agent in patient.lines() if agent != "interferon alfa"}
    )
    if rng.random() < 0.3:
        patient.therapies = [
            Therapy(therapy.agent, therapy.start, therapy.stop or day) for therapy in patient.therapies
        ]
    stop = day + timedelta(168 if agent == "177Lu-dotatate" else rng.randint(60, 900))
    patient.therapies.append(Therapy(agent, day, stop if stop <= patient.last_contact else None))


def add_adverse_events(patient: Patient, treatment: Treatment, chance: float) -> None:
    """Add up to three side effects of one treatment, none after the last contact."""
    rng = patient.rng
    follow_up = (patient.last_contact - treatment.day).days
    severe_id, severe_term = GRADE_4
    severe = patient.patient_id == severe_id
    if rng.random() >= chance and not severe:
        return
    terms = ADVERSE_TERMS[treatment.modality]
    for term in rng.sample(list(terms), rng.choices((1, 2, 3), (50, 35, 15))[0]):
        late = rng.random() < 0.12 and term in LATE_TERMS and follow_up > 120
        usual = min(rng.randint(0, 90), rng.randint(0, 90), follow_up) // (7 if term in EARLY_TERMS else 1)
        lag = rng.randint(91, min(240, follow_up)) if late else usual
        ctcae_grade = max(terms[term], rng.choices((1, 2, 3), (60, 30, 10))[0])
        if not (severe and term == severe_term):
            patient.adverse_events.append(
                AdverseEvent(treatment.day + timedelta(lag), term, ctcae_grade, treatment)
            )
    if severe:
        patient.adverse_events.append(AdverseEvent(treatment.day + timedelta(2), severe_term, 4, treatment))


def close(patient: Patient) -> Patient:
    """Nobody takes a therapy beyond death: for the dead, what was still taken ends with the last contact."""
    if patient.death:
        patient.therapies = [
            Therapy(therapy.agent, therapy.start, therapy.stop or patient.last_contact)
            for therapy in patient.therapies
        ]
    return patient


def calibrated_patient(facts: dict[str, str]) -> Patient:
    """Give one calibrated patient the covariates, therapies and side effects that the facts leave open."""
    patient_id = facts["patient_id"]
    rng = Random(f"{SEED}:{patient_id}")
    index_date = date.fromisoformat(facts["index_date"])
    death = parse_day(facts["death_date"])
    observed = date.fromisoformat(facts["last_followup_date"])
    last_contact = death - timedelta(rng.randint(0, 20)) if death else observed
    progression, further, systemic = (
        parse_day(facts[column]) for column in ("progression_date", "further_local_date", "systemic_date")
    )

    patient = new_patient(patient_id, rng, index_date, last_contact)
    patient.death = death
    lag = METASTATIC_ON.get(patient_id, -rng.randint(620, 2600))
    patient.metastatic = index_date + timedelta(lag)
    if patient_id in EARLIER_TREATMENTS:
        days, modality, site, indication = EARLIER_TREATMENTS[patient_id]
        add_treatment(patient, index_date + timedelta(days), modality, indication, site)
    add_treatment(patient, index_date, facts["modality"], FOCAL)
    add_adverse_events(patient, patient.treatments[-1], 0.52)
    add_earlier_therapies(patient, patient.metastatic, index_date)
    add_index_therapies(patient, index_date)

    if progression:
        extent = "multifocal" if systemic else "focal" if further else rng.choice(("focal", "multifocal"))
        patient.progressions.append((progression, extent))
    if further:
        # The progression above led to this treatment; add_treatment would invent another one.
        modality = FURTHER_MODALITY.get(patient_id) or rng.choice(STUDY_MODALITIES)
        patient.treatments.append(Treatment(further, modality, weighted(rng, TARGET_SITES[modality]), FOCAL))
        add_adverse_events(patient, patient.treatments[-1], 0.4)
    if systemic:
        add_new_agent(patient, systemic)
    answered = systemic or further
    if answered and (death or ((last_contact - answered).days > 150 and rng.random() < 0.5)):
        later = between(rng, answered + timedelta(30), last_contact)
        patient.progressions.append((later, "multifocal" if systemic else "focal"))
    return close(patient)


def excluded_treatment(rng: Random, kind: Kind) -> tuple[date, str, str]:
    """Draw day, modality and indication of a treatment that fails at the step named by its kind."""
    modality = rng.choice(STUDY_MODALITIES)
    inside = between(rng, *WINDOW)
    if kind == "indication":
        modality = rng.choice((*STUDY_MODALITIES, "lobar HAE", "cytoreductive surgery"))
        return between(rng, date(2012, 1, 1), date(2017, 8, 15)), modality, rng.choice(OTHER_INDICATIONS)
    if kind == "window":
        before = between(rng, date(2011, 6, 1), WINDOW[0] - timedelta(1))
        after = between(rng, WINDOW[1] + timedelta(1), date(2017, 8, 31))
        return rng.choice((before, after)), modality, FOCAL
    if kind in ("lobar HAE", "cytoreductive surgery"):
        return inside, kind, FOCAL
    return inside, modality, FOCAL


def excluded_patient(patient_id: str, plan: Plan) -> Patient:
    """Invent one complete record that eligibility excludes as planned."""
    rng = Random(f"{SEED}:{patient_id}")
    planned = [excluded_treatment(rng, kind) for kind in plan.kinds if kind != "early"]
    if plan.on:
        planned = [(plan.on, modality, indication) for _, modality, indication in planned]
    days = [day for day, _, _ in planned] or [between(rng, date(2012, 6, 1), date(2016, 12, 31))]
    anchor, latest = min(days), max(days)
    first = anchor - timedelta(rng.randint(420, 2400))
    seen_until = max(latest + timedelta(20), LAST_DAY - timedelta(rng.randint(0, 150)))
    last_contact = min(latest + timedelta(rng.randint(60, 1100)), seen_until)

    patient = new_patient(patient_id, rng, anchor, last_contact, gep_primary=plan.gep_primary)
    if rng.random() < 0.1:
        patient.death = min(last_contact + timedelta(rng.randint(0, 25)), LAST_DAY)
    if plan.metastatic == "before":
        patient.metastatic = first
    elif plan.metastatic != "never":
        after = between(rng, anchor + timedelta(2), last_contact)
        patient.metastatic = anchor + timedelta(1) if plan.metastatic == "day after" else after
    if "early" in plan.kinds:
        add_treatment(patient, first - timedelta(rng.randint(30, 200)), "resection", FOCAL)
    for day, modality, indication in planned:
        add_treatment(patient, day, modality, indication)
    for treatment in patient.treatments:
        add_adverse_events(patient, treatment, 0.4)
    add_earlier_therapies(patient, first, anchor)
    if (last_contact - latest).days > 90 and rng.random() < (0.9 if patient.death else 0.45):
        progression = between(rng, latest + timedelta(30), last_contact - timedelta(20))
        patient.progressions.append((progression, rng.choice(("focal", "multifocal", "multifocal"))))
        start = progression + timedelta(rng.randint(14, 50))
        if start <= last_contact and rng.random() < 0.7:
            add_new_agent(patient, start)
    return close(patient)


def cohort(calibrated: Path) -> Iterator[Patient]:
    """Yield every patient, by natural order of the ids."""
    with calibrated.open(encoding="utf-8", newline="") as file:
        facts = list(csv.DictReader(file))
    for row in facts:
        yield calibrated_patient(row)
    plans = [plan for plan in PLANS for _ in range(plan.count)]
    Random(SEED).shuffle(plans)
    for number, plan in enumerate(plans, start=len(facts) + 1):
        yield excluded_patient(f"P{number:02d}", plan)


def write_table(path: Path, header: str, rows: Iterable[Sequence[object]]) -> None:
    """Write one table; None becomes an empty field."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(", "))
        writer.writerows(rows)


def write_cohort(patients: Sequence[Patient], out: Path) -> None:
    """Write the six tables, each by patient and date."""
    identity, local, systemic, progressions, adverse, follow_up = (list[Sequence[object]]() for _ in range(6))
    for patient in patients:
        own = patient.patient_id
        ki67 = None if patient.ki67_percent is None else f"{patient.ki67_percent:g}"
        disease = (patient.primary_site, patient.tumour_grade, ki67, patient.functional, patient.metastatic)
        identity.append((own, patient.sex, patient.birth_year, *disease))
        treatment_ids: dict[Treatment, str] = {}
        for treatment in sorted(patient.treatments, key=lambda row: row.day):
            treatment_ids[treatment] = f"T{len(local) + 1:03d}"
            what = (treatment.modality, treatment.target_site, treatment.indication)
            local.append((treatment_ids[treatment], own, treatment.day, *what))
        for therapy in sorted(patient.therapies, key=lambda row: row.start):
            systemic.append((own, therapy.agent, therapy.start, therapy.stop))
        progressions += [(own, *row) for row in sorted(patient.progressions)]
        for event in sorted(patient.adverse_events, key=lambda row: (row.day, row.term)):
            adverse.append((own, event.day, event.term, event.ctcae_grade, treatment_ids[event.treatment]))
        follow_up.append((own, patient.last_contact, patient.death))

    out.mkdir(parents=True, exist_ok=True)
    write_table(
        out / "patients.csv",
        "patient_id, sex, birth_year, primary_site, tumour_grade, ki67_percent, functional, metastatic_date",
        identity,
    )
    write_table(
        out / "local_treatments.csv",
        "treatment_id, patient_id, date, modality, target_site, indication",
        local,
    )
    write_table(out / "systemic_therapies.csv", "patient_id, agent, start_date, stop_date", systemic)
    write_table(out / "progressions.csv", "patient_id, date, extent", progressions)
    write_table(out / "adverse_events.csv", "patient_id, date, term, ctcae_grade, treatment", adverse)
    write_table(out / "follow_up.csv", "patient_id, last_contact_date, death_date", follow_up)


def main() -> None:
    """Read the arguments and write the six tables."""
    parser = argparse.ArgumentParser(description="Make the synthetic cohort; no patient in it is real.")
    parser.add_argument(
        "--calibrated",
        type=Path,
        default=HERE.parent.parent / "tests" / "reference" / "calibrated_cohort.csv",
    )
    parser.add_argument("--out", type=Path, default=HERE, metavar="DIR")
    arguments = parser.parse_args()
    write_cohort(list(cohort(arguments.calibrated)), arguments.out)


if __name__ == "__main__":
    main()
