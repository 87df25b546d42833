"""Which columns are known only after the index date, by their names: never a baseline, or to be asked about.

The rules are read from top to bottom, and the first that fits decides; docs/import.md repeats them. What the values
say beside the name is judged in store/known_later.py.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

KNOWN_LATER = "may be known only after the index date"


class Verdict(StrEnum):
    """Sure: never a baseline. Suspect: none until a person says so. Fine: one, unless its values speak against."""

    SURE = "sure"
    SUSPECT = "suspect"
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class NameRule:
    """Names that tell when a column is known.

    `names` are patterns of the whole name, `words` of one or more words in a row within it, with commas between;
    `*` stands for any letters and digits, (A|B) for one of the two. Case does not count, and blanks, points,
    hyphens and underscores part words.
    """

    verdict: Verdict
    about: str
    names: str = ""
    words: str = ""

    def fits(self, name: str) -> bool:
        """Return True where a name, already parted into capital words, is one of these."""
        return _pattern(self.names, self.words).search(f" {name} ") is not None


@dataclass(frozen=True, slots=True)
class Judged:
    """A column that is known only later, or may be: how sure that is, why, and what a person decided.

    `decision` is "yes" (a baseline all the same), "no", or empty: nobody has said anything yet.
    """

    name: str
    verdict: Verdict
    why: str
    decision: str = ""

    @property
    def is_sure(self) -> bool:
        """True where the column is never a baseline."""
        return self.verdict is Verdict.SURE

    @property
    def admitted(self) -> bool:
        """True where the column is a baseline because a person said so."""
        return self.verdict is Verdict.SUSPECT and self.decision == "yes"

    @property
    def undecided(self) -> bool:
        """True where a person has still to say something."""
        return self.verdict is Verdict.SUSPECT and not self.decision

    @property
    def said(self) -> str:
        """What holds for the column, in words."""
        if self.is_sure:
            return "left out: never a baseline"
        return {
            "yes": "a baseline, as was said",
            "no": "no baseline, as was said",
            "": "no baseline yet",
        }[self.decision]

    @property
    def not_offered(self) -> str:
        """Why the column cannot be chosen, and the remedy: the end of a sentence that begins with its name."""
        if self.is_sure:
            return (
                f"is not offered, since it is known only after the index date: {self.why}. If it was known before, "
                "give it another name in the file and import it again."
            )
        said = f"it {KNOWN_LATER}: {self.why}" if self.why else "the import was told that it is no baseline"
        return (
            f"is not offered, since {said}. If it was known on the index date, import the file again with "
            f"--baseline {quoted_option(self.name)}."
        )


def quoted_option(name: str, said: str = "yes") -> str:
    """Return a decision as it is written behind --baseline."""
    return shlex.quote(f"{name}={said}")


SURE, SUSPECT, FINE = Verdict.SURE, Verdict.SUSPECT, Verdict.FINE
DEATH = "(DEATHS?|DIED|DECEASED?|DEAD|MORTALITY)"
OUTCOMES = "(OS|PFS|DFS|RFS|EFS|MFS|DMFS|LRFS|DSS|CSS|BCSS|TTP|TTF|TTR|TTNT|TTD|DFI|PFI|DOR)"
HALVES = "(TIME|MONTHS?|DAYS?|WEEKS?|YEARS?|EVENTS?|STATUS|DATE|CENS*|CNSR|IND*|FLAG|TYPE|SITE|OCCURRED)"
RETURNS = "(PROGRESSION|RECURRENCE|RELAPSE|FAILURE)"
NAME_RULES = (
    NameRule(FINE, "the state of the primary tumour", words="PRIMARY (TUMOU?R|CANCER) STATUS"),
    NameRule(
        SURE,
        "death (CDISC)",
        words="DTH*, LDDTH*, ADTH*, LSTALV*, ALVDT*",
    ),
    NameRule(
        SURE,
        "the end of follow-up, study or treatment (CDISC)",
        "RF*ENDTC, RFPENDTC, LASTCN*, LSTCN*, LSTCON*, LSTFU*, LSTVIS*, EOS(DT|DY|STT|RE|TRT)*, "
        "EOT(DT|DY|STT|RE|FL)*, "
        "TRTE(DT|DY|TM|ND)*, TR*EDT*, TR*ETM*, AP*EDT*, AP*ETM*, TR*DUR*, AP*DUR*, DISCON*, "
        "DSRAEFL, DSDECOD, DSTERM, "
        "DSREAS*, DSSTDT*, DCDECOD, DCRE*, DC(S|T|P)REAS*, COMP*FL, VISNUMEN, LDOSE*, LEXDT*, "
        "CUMDOS*, AVGDD, CNSDT*",
    ),
    NameRule(
        SUSPECT,
        "death, but perhaps of others or only a forecast",
        words=f"(FAMILY|HISTORY|HISTORY OF|FAMILY HISTORY OF|PREDICTED|EXPECTED|RISK OF|FEAR OF|CELL) {DEATH}, "
        "(DEATH|MORTALITY|SURVIVAL) (RISK|SCORE), PREDICTED SURVIVAL",
    ),
    NameRule(
        SURE,
        "death or survival",
        "DOD, COD, DEATHDATE, DATEOFDEATH, VITALSTATUS, EXPIRED, DIED[0-9]+, MORT[0-9]*, D[EÉ]C[EÈ]S, "
        "D[EÉ]C[EÉ]D[EÉ]E?, "
        "EXITUS, OVERLEDEN, FALLECID(O|A), SURV(MONTHS|DAYS|YEARS|M)",
        f"{DEATH}, MORT [0-9]+ ?D?, STATUT VITAL, "
        "COD TO SITE, VITAL STATUS, ALIVE, SURVIVAL, SURV, SURVIVED, SURVTIME, "
        "SURVIVALTIME, FUSTAT, TODES*, "
        "VERSTORBEN",
    ),
    NameRule(
        SURE,
        "an outcome: its time or its event",
        f"EVENT, EVENTS, STATUS, TTE, TIME2EVENT, (OS|PFS) ?M, FUTIME, EVTIME, STIME, "
        f"{OUTCOMES}(TIME|EVENT|STATUS|MONTHS|DAYS|CENS*)",
        f"{OUTCOMES} {HALVES}, (TIME|EVENT|STATUS|CENS*|MONTHS|DAYS) {OUTCOMES}, CENS, CENSOR*, CNSR, "
        "EVENT (DATE|TIME|STATUS|TYPE|INDICATOR|OCCURRED|FREE), DATE OF EVENT, (TIME|DAYS|MONTHS) TO EVENT, "
        f"({RETURNS}|METASTASIS) FREE",
    ),
    NameRule(
        SURE,
        "follow-up: how long, or how it ended",
        "FU, F U, FU(MONTHS?|DAYS|YEARS|M|D), LFUP, LASTFOLLOWUP, DLC, DOLC",
        "FOLLOW UP, NACHBEOBACHTUNG, LETZTER KONTAKT, "
        "FOLLOWUP, FUP, LAST (CONTACT|SEEN|KNOWN|ALIVE|FU|VISIT), LASTCONTACT, LOST TO, "
        "LTFU, LFU, "
        "FU (TIME|DATE|STATUS|MONTHS|DAYS|YEARS), (TUMOU?R|CANCER) STATUS, OFF STUDY, "
        "END OF (STUDY|TREATMENT|THERAPY)",
    ),
    NameRule(
        FINE,
        "what was before the index date",
        words="PRIOR, PREVIOUS*, BEFORE, BASELINE, BASE, BL, HISTORY, HX, PRE, PREOP*, PRETREAT*, "
        "FAMILY, FAMILIAL, "
        "SINCE, AT (DIAGNOSIS|INDEX|ENTRY|SCREENING|INCLUSION|RANDOMI*)",
    ),
    NameRule(
        FINE,
        "a state of patient or tumour on the index date",
        "DURDIS*, DURDS*, DISDUR*, DURVA*, EOSINO*, EOSBL*",
        "(DISEASE|DIABETES|SYMPTOM*|SMOKING) DURATION, DURATION OF (DISEASE|DIABETES|SYMPTOM*|SMOKING), "
        "AGE (IN )?(MONTHS|DAYS), DAYS TO (BIRTH|DIAGNOSIS|INITIAL PATHOLOGIC DIAGNOSIS), REDCAP EVENT NAME, "
        "POST MENOPAUS*, (HEART|CARDIAC|RENAL|KIDNEY|LIVER|HEPATIC|RESPIRATORY|ORGAN) FAILURE, "
        "(ECOG|PS|PERFORMANCE|KARNOFSKY|KPS|WHO|ZUBROD|LANSKY|SMOK*|TOBACCO|"
        "ALCOHOL|DRINKING|MENOPAUS*|"
        "MARITAL|RECEPTOR|HORMONE|ER|PR|HR|PGR|AR|HER2 NEU|IHC|FISH|MUT*|METHYLATION|AMPLIFICATION|"
        "FUSION|EXPRESSION|"
        "DELETION|CODELETION|GERMLINE|MSI|MMR|TMB|PD L1|HPV|EBV|HIV|HBV|HCV|BRAF|[KN]?RAS|EGFR|ALK|"
        "MGMT|BRCA|NODE|NODAL|"
        "MARGIN|FUNCTIONAL|FUNCTIONING|INSURANCE|EMPLOYMENT|NUTRITION*|DIABET*|COMORBID*|IMMUNE|"
        "VACCINATION|PREGNANCY|"
        "RESECTION) STATUS",
    ),
    NameRule(
        SUSPECT,
        "a visit after the first",
        words="(WEEK|MONTH|VISIT|CYCLE|YEAR|DAY) ?([2-9]|[1-9][0-9]+)",
    ),
    NameRule(FINE, "a state of a gene, such as IDH1_STATUS", words="[A-Z][A-Z]+[0-9]+ STATUS"),
    NameRule(
        SURE,
        "what happened after the treatment",
        words=f"NEW (TUMOU?R|NEOPLASM), {RETURNS} {HALVES}, (DATE OF|TIME TO|DAYS TO|MONTHS TO|"
        f"FIRST) (FIRST )?{RETURNS}, "
        "(BEST|OVERALL|OBJECTIVE|TREATMENT|THERAPY) (OVERALL |TUMOU?R )?RESPONSE, RESPONSE (TO (TREATMENT|THERAPY)|"
        "DURATION), DURATION OF (RESPONSE|TREATMENT|THERAPY|STUDY), (TREATMENT|THERAPY|STUDY) DURATION, "
        "(TREATMENT|THERAPY) (OUTCOME|END|STOP), OUTCOME SUCCESS, DISCONTINU*, WITHDRAWAL, WITHDRAWN, DROPOUT, "
        "OFF (TREATMENT|THERAPY), DAYS TO (LAST|NEW) *, CAUSE SPECIFIC",
    ),
    NameRule(
        SUSPECT,
        "a time, or how long something lasted, which may run after the index date",
        "PROGDATE, PDDATE, RECUR, OS, TIME, DAYS, *DUR, *DUR[DMWY], EOS*, EOT*, DOR, LOS",
        "DISEASE FREE, DUR, DURATION, MONTHS, (DAYS|WEEKS|MONTHS|YEARS|TIME) TO *, LENGTH OF STAY",
    ),
    NameRule(
        SUSPECT,
        "a status or an outcome, which may be that of the last contact",
        "RESULT, FATE, BOR, BORC",
        f"STATUS, OUTCOME, EVENTS?, {OUTCOMES.replace('OS|', '', 1)}",
    ),
    NameRule(
        SUSPECT,
        "what may have happened after the treatment",
        "NACTDT*, NEWTRT*, SUBSTRT*, PD(DT*|FL), RSPDT*, RESPFL, PPROT*, (PROG|REL|REC)(FL|DT*), LOST",
        "PROGRESSION, PROGRESSED, RECURRENCE, RECURRED, RELAPSED?, FAILURE, RESPONSE, RESPONDER, "
        "TOXICITY, ADVERSE, "
        "CTCAE, COMPLICATIONS?, READMISSION, DISCHARGE, SUBSEQUENT, SALVAGE, (NEXT|NEW) (LINE|"
        "TREATMENT|THERAPY), AFTER, "
        "POST, POSTOP, LAST, FINAL, PER PROTOCOL",
    ),
)


def parted(name: str) -> str:
    """Return a name as capital words with one blank between them: "vitalStatus" is "VITAL STATUS"."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.sub(r"[\W_]+", " ", spaced).upper().split())


@cache
def _pattern(names: str, words: str) -> re.Pattern[str]:
    whole = [f"^ {_told(name)} $" for name in names.split(", ") if name]
    within = [f" {_told(word)} " for word in words.split(", ") if word]
    return re.compile("|".join([*whole, *within]))


def _told(pattern: str) -> str:
    return pattern.replace("*", "[^ ]*")


def judged_name(name: str) -> Judged:
    """Return what a column's name says of when it is known; no word about it: fine."""
    words = parted(name)
    for rule in NAME_RULES:
        if rule.fits(words):
            return Judged(name, rule.verdict, "" if rule.verdict is FINE else f"its name tells {rule.about}")
    return Judged(name, FINE, "")
