"""The source tables: columns, types, keys and allowed values. What a file becomes, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

Value = str | int | float | date | None
Row = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its DuckDB type, whether it may be empty, and the values it allows.

    `optional` True: a file may lack the column. `blank_means` says what an empty cell stands for where it does
    not stand for "not known".
    """

    name: str
    sql_type: str = "VARCHAR"
    required: bool = True
    allowed: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    label: str = ""
    help: str = ""
    optional: bool = False
    blank_means: str = ""

    @property
    def is_id(self) -> bool:
        """Whether the column names a patient or a treatment: text, whatever it looks like."""
        return self.name in ("patient_id", "treatment_id")


@dataclass(frozen=True, slots=True)
class Table:
    """One source table: its columns and the columns that tell its rows apart (none: rows may repeat)."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The CSV file that holds the table."""
        return f"{self.name}.csv"


PATIENT_ID = Column("patient_id", label="Patient", help="pseudonym of the patient, the same in every table")
TABLES = (
    Table(
        "patients",
        (
            PATIENT_ID,
            Column("sex", allowed=("female", "male"), required=False, label="Sex", help="sex as recorded"),
            Column(
                "birth_year",
                "INTEGER",
                required=False,
                low=1880,
                high=2100,
                label="Year of birth",
                help="calendar year in which the patient was born",
            ),
            Column(
                "primary_site",
                required=False,
                label="Primary site",
                help="organ in which the tumour arose; which of them are GEP-NET is a setting",
            ),
            Column(
                "tumour_grade",
                allowed=("G1", "G2", "G3"),
                required=False,
                label="Tumour grade (WHO)",
                help="WHO grade of the tumour; not the grade of a side effect",
            ),
            Column(
                "ki67_percent",
                "DOUBLE",
                required=False,
                low=0,
                high=100,
                label="Ki-67 (%)",
                help="share of tumour cells that stain for Ki-67",
            ),
            Column(
                "functional",
                allowed=("yes", "no"),
                required=False,
                label="Functional tumour",
                help="whether the tumour causes a hormone syndrome",
            ),
            Column(
                "metastatic_date",
                "DATE",
                required=False,
                label="First metastasis",
                help="day on which metastases were first known; empty: not metastatic",
            ),
        ),
        key=("patient_id",),
    ),
    Table(
        "local_treatments",
        (
            Column(
                "treatment_id",
                label="Treatment",
                help="name of the treatment, unique in the table; side effects point to it",
            ),
            PATIENT_ID,
            Column(
                "date",
                "DATE",
                label="Date of treatment",
                help="day of the treatment; that of the index treatment is time zero",
            ),
            Column(
                "modality",
                label="Modality",
                help="kind of local treatment, such as resection, RFA, EBRT or HAE",
            ),
            Column(
                "target_site",
                required=False,
                label="Target site",
                help="what was treated, such as liver or bone",
            ),
            Column(
                "indication",
                required=False,
                label="Indication",
                help="why it was treated; eligibility looks for focal progression",
            ),
        ),
        key=("treatment_id",),
    ),
    Table(
        "systemic_therapies",
        (
            PATIENT_ID,
            Column("agent", label="Agent", help="drug or fixed combination; a row for each course of it"),
            Column("start_date", "DATE", label="Start", help="first day of the course"),
            Column(
                "stop_date",
                "DATE",
                required=False,
                label="Stop",
                blank_means="not stopped",
                help="last day of the course; empty: it still went on at the last contact",
            ),
        ),
    ),
    Table(
        "progressions",
        (
            PATIENT_ID,
            Column(
                "date", "DATE", label="Date of progression", help="day on which the progression was found"
            ),
            Column(
                "extent",
                allowed=("focal", "multifocal"),
                label="Extent",
                help="focal: at one site; multifocal: at several",
            ),
        ),
    ),
    Table(
        "adverse_events",
        (
            PATIENT_ID,
            Column(
                "date", "DATE", label="Date", help="day of onset; not before the treatment that it belongs to"
            ),
            Column("term", label="Term (CTCAE)", help="what happened, as a preferred term of CTCAE"),
            Column(
                "ctcae_grade",
                "INTEGER",
                low=1,
                high=5,
                label="Grade (CTCAE)",
                help="severity by CTCAE, from 1 (mild) to 5 (death)",
            ),
            Column(
                "treatment",
                label="Local treatment",
                help="treatment_id of the local treatment that it followed, of the same patient",
            ),
        ),
    ),
    Table(
        "follow_up",
        (
            PATIENT_ID,
            Column(
                "last_contact_date",
                "DATE",
                required=False,
                label="Last contact",
                help="last day on which the patient is known to be alive, or the day of death",
            ),
            Column(
                "death_date",
                "DATE",
                required=False,
                label="Death",
                blank_means="not known to have died",
                help="day of death; empty: not known to have died",
            ),
            Column(
                "vital_status",
                allowed=("alive", "dead"),
                required=False,
                label="Vital status",
                optional=True,
                help="whether the patient was alive or dead at the last contact",
            ),
        ),
        key=("patient_id",),
    ),
)


TABLES_BY_NAME = {table.name: table for table in TABLES}
