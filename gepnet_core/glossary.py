"""The words on the screens, each said in plain sentences: help texts, the Methods page and docs/glossary.md."""

from __future__ import annotations

from gepnet_core.errors import listed

COHORT = {
    "GEP-NET": "Gastro-entero-pancreatic neuroendocrine tumour: of the stomach, the gut or the pancreas.",
    "local treatment": "A treatment of one site: surgical resection, RFA, external beam radiation or HAE.",
    "surgical resection": "The tumour at one site is cut out.",
    "RFA": "Radiofrequency ablation: a needle electrode destroys a tumour by heat.",
    "external beam radiation": "Radiation from outside the body, aimed at one site (EBRT).",
    "selective HAE": (
        "Hepatic arterial embolization: the branches of the liver's artery that feed a tumour are closed. "
        "Selective means these branches alone; lobar HAE, of half the liver, is not part of the study."
    ),
    "modality": "The kind of local treatment. A patient's modality is that of the index treatment.",
    "systemic therapy": "A drug that acts in the whole body, wherever the tumour is.",
    "focal progression": "One site grows while the disease elsewhere is held. Multifocal: several sites grow.",
    "eligible treatment": (
        "A treatment that passes every step of the selection. Steps judge treatments, not patients, and never use "
        "what happened later."
    ),
    "index treatment": "The first eligible treatment of a patient.",
    "index date": "The day of the index treatment. Here the patient's time starts: time zero.",
    "time zero": "The day from which time is counted: the index date, or an imported trial's own start.",
    "window of index dates": (
        "The first and the last index date that are shown, both included. It chooses patients; the data cut-off "
        "chooses what is known of them."
    ),
    "primary site": "The organ in which the tumour began.",
    "tumour grade (WHO)": (
        "How fast the tumour looks set to grow under the microscope, from G1 to G3. It is not the grade of a side "
        "effect."
    ),
    "Ki-67": "The share of tumour cells that are dividing, in per cent. The WHO grade rests on it.",
    "functional tumour": "A tumour whose hormones cause symptoms.",
    "data set": "A cohort or a trial with all its tables and settings.",
    "version of a data set": (
        "The state of a data set's rows, named by a code that is computed from them. The same code means the same "
        "rows; changed data get another code."
    ),
    "synthetic cohort": "Patients who were made up so that the published figures come out. No real patient.",
    "ADTTE": (
        "The CDISC form of a table of times to events, a row per patient and endpoint. In its column CNSR, 0 is "
        "the event; other values are censored, unless told to mean a competing death."
    ),
}
TIME = {
    "endpoint": "What the time runs to, and what counts as its event.",
    "event": "What the endpoint waits for: a new therapy, a progression, a death.",
    "TTNST": (
        "Time to new systemic therapy: until the first start of an agent that the patient was not taking on the "
        "index date and had not taken before."
    ),
    "TTAI": (
        "Time to any additional intervention: until a new systemic therapy or any later local treatment, whichever "
        "comes first."
    ),
    "PFS": "Progression-free survival: until progression, focal or multifocal, or death.",
    "OS": "Overall survival: until death. Only of this endpoint the word survival is used.",
    "end of observation": "The last day that is known of a patient: the date of death, else the last contact.",
    "censored": (
        "Watched up to a day without the event: it is known that the event had not come by then, not whether it "
        "came later."
    ),
    "data cut-off": "What happened after this day counts as not known yet. The day itself is included.",
    "death before the event": (
        "A patient who died without the event. By choice such a death is censored, counts as the event, or "
        "competes with it."
    ),
    "competing event": "An event that makes the one waited for impossible, such as death before a new therapy.",
    "follow-up": "How long patients were watched, whether or not anything happened to them.",
    "months": "Days divided by 30.4375. All times are computed in whole days. Where the data came in months or "
    "years, a time that is asked for is rounded to a whole day as they were.",
}
ESTIMATES = {
    "Kaplan-Meier": (
        "The estimate of S(t) that uses each patient for as long as he or she was watched. The curve falls at "
        "each event, not where patients are censored."
    ),
    "S(t)": (
        "The estimated share without the event at time t. What that means stands on the axis: of OS alive, of "
        "TTNST still without new systemic therapy."
    ),
    "1 − S(t)": "The estimated share with the event by time t: the same curve, rising.",
    "median": "The time at which S(t) falls to one half. It can be named only where the curve comes down that far.",
    "NR": "Not reached: the curve does not come down to one half.",
    "NE": "Not estimable: the data give no such number, for instance beyond the last time observed.",
    "confidence interval": (
        "A range from a method that would contain the true value in the stated share of repeated studies, 95 % "
        "unless chosen otherwise. Wide means uncertain."
    ),
    "log-log": "The default interval of S(t): symmetric on the scale log(−log S), so it stays between 0 and 100 %.",
    "log": "An interval of S(t) that is symmetric on the scale of log S; the default in R.",
    "plain": "An interval of S(t) that is symmetric around it.",
    "logit": "An interval of S(t) that is symmetric on the scale of log(S / (1 − S)).",
    "arcsin": "An interval of S(t) that is symmetric on the scale of the arc sine of √S.",
    "symmetric (SPSS)": (
        "An interval of the median that reaches as far down as up, as the program SPSS computes it; that of the "
        "published study. It exists for times only: S(t) has plain intervals with it."
    ),
    "pointwise": "Each limit of a band holds for its own time, not for the whole curve at once.",
    "at risk": (
        "Patients who at time t are still watched and have had no event before: those with a time of at least t."
    ),
    "cumulative incidence": (
        "The share who have had the event by a time, where some die before it. Event, death before it and neither "
        "add up to 100 % (Aalen-Johansen)."
    ),
    "reverse Kaplan-Meier": (
        "The median follow-up, with the roles turned round: the end of observation is the event, and who had the "
        "event or died is censored."
    ),
    "descriptive only": "Fewer than 5 events: too few for an estimate to be relied on.",
    "exact interval": (
        "A confidence interval of a share that never covers less often than it says, however few the patients "
        "(Clopper-Pearson)."
    ),
}
COMPARISONS = {
    "stratum": "One of the groups into which a column divides the patients. Groups were not drawn by lot.",
    "reference": "The group that the others are set against.",
    "p": (
        "How often a difference at least as large would come about by chance if the groups did not differ. The "
        "test stands beside it."
    ),
    "log-rank": "A test whether the curves of groups differ, in which every event day weighs the same.",
    "Gehan-Breslow": "A rank test in which a day weighs as many patients as are at risk, so early days weigh more.",
    "Peto-Peto": "A rank test in which a day weighs the pooled S(t) just before it, so early days weigh more.",
    "stratified log-rank": "A log-rank test that compares within each level of another column, then adds up.",
    "Holm's correction": "Makes p larger where several pairs are compared, since any could differ by chance.",
    "hazard ratio": (
        "How many times as fast events come in one group as in the reference, taken to be the same at all times "
        "(Cox). 1 means alike."
    ),
    "adjusted": (
        "Computed with further columns in the model, so that groups are compared at the same values of these. It "
        "cannot adjust for what was not recorded."
    ),
    "proportional hazards": (
        "The ratio of the hazards stays the same over time. A small p of its test says that it does not, and one "
        "hazard ratio is then too simple."
    ),
    "RMST": (
        "The restricted mean: the mean time without event up to a limit τ, the area under the curve. "
        "It needs no proportional hazards."
    ),
    "landmark analysis": (
        "Only patients who are still watched without event at a chosen time count, and their time starts anew "
        "there. It is not S(t) at that time."
    ),
    "subgroup": "Patients with one value of a column. Ask for the interaction before believing that one differs.",
    "interaction": "Whether a contrast differs between subgroups by more than chance: one test over all.",
    "Gray's test": "A test whether cumulative incidences of groups differ, where deaths compete.",
    "cause-specific": "Of the event alone: who died before it leaves the patients at risk at that time.",
    "standardised difference": (
        "How far groups lie apart in a characteristic, in standard deviations. Above 0.1 is usually called an "
        "imbalance; it does not grow with the number of patients."
    ),
    "quartiles": "A quarter of the patients lie below the lower one, a quarter above the upper one.",
}
SIDE_EFFECTS = {
    "side effect": (
        "A recorded adverse event that names a local treatment, from its day on, within the window and before the "
        "next treatment starts."
    ),
    "CTCAE grade": (
        "How severe a side effect was, from 1 (mild) to 5 (death). Of several, the worst counts. It is not the "
        "grade of the tumour."
    ),
    "window of side effects": "For how many days after a treatment an event still counts as its side effect.",
    "onset": "The days from the treatment to the first such event.",
}
PARTS = {
    "Patients and treatments": COHORT,
    "Time and events": TIME,
    "Curves and numbers": ESTIMATES,
    "Comparisons": COMPARISONS,
    "Side effects": SIDE_EFFECTS,
}
TERMS: dict[str, str] = {term: words for part in PARTS.values() for term, words in part.items()}


def define(term: str) -> str:
    """Return what a term means, in plain sentences.

    Raises
    ------
    ValueError
        If the glossary does not have the term.
    """
    if term not in TERMS:
        raise ValueError(f"The glossary has no term “{term}”. There are: {listed(TERMS)}.")
    return TERMS[term]


def as_markdown() -> str:
    """Return the glossary as a document, a heading for each part and a line for each term."""
    lines = [
        "# Glossary",
        "",
        "The words that the screens use. [Methods](methods.md) says how numbers are made.",
    ]
    for heading, terms in PARTS.items():
        lines += ["", f"## {heading}", "", *(f"- **{term}**: {words}" for term, words in terms.items())]
    return "\n".join(lines) + "\n"
