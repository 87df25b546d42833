"""Files of formats that are not read: recognised by their first bytes or their ending, named, with the way out."""

from __future__ import annotations

from dataclasses import dataclass

STARTS = 4096  # as many bytes as tell a format


@dataclass(frozen=True, slots=True)
class Foreign:
    """A format that is not read: what it is called, and how its holder turns it into one that is."""

    name: str
    remedy: str

    @property
    def words(self) -> str:
        """What is wrong with such a file, and the remedy."""
        return f"is {self.name}, which is not read. {self.remedy}"


SPSS = Foreign("an SPSS file", "Save it as CSV in SPSS (File > Save As ..., type CSV, with value labels).")
STATA = Foreign("a Stata file", "Save it as CSV in Stata: export delimited using FILE.csv.")
SAS = Foreign(
    "a SAS data set", "Export it as CSV (PROC EXPORT), or as a transport file (.xpt, by the XPORT engine)."
)
PARQUET = Foreign("a Parquet file", "Save it as CSV: in Python pandas.read_parquet(...).to_csv(...).")
R_DATA = Foreign(
    "an R data file", "Save the table as CSV in R: write.csv(TABLE, 'FILE.csv', row.names = FALSE)."
)
ARROW = Foreign("a Feather or Arrow file", "Save it as CSV: in Python pandas.read_feather(...).to_csv(...).")
OLD_EXCEL = Foreign(
    "an old .xls workbook, another old document of Office, or one with a password",
    "Save it as .xlsx without a password.",
)
BINARY_EXCEL = Foreign("a binary workbook (.xlsb)", "Save it as .xlsx.")
OPEN_SHEET = Foreign("an OpenDocument spreadsheet (.ods)", "Save it as .xlsx.")
NUMBERS = Foreign("a spreadsheet of Numbers", "Export it as Excel or CSV (File > Export To).")
PDF = Foreign("a PDF document", "It holds a picture of a table: ask for the table as CSV or Excel.")
WORD = Foreign("a Word document", "Copy the table into a spreadsheet and save it as .xlsx or CSV.")
SLIDES = Foreign("a presentation", "Copy the table into a spreadsheet and save it as .xlsx or CSV.")
SQLITE = Foreign("an SQLite database", "Export the table as CSV.")
ACCESS = Foreign("an Access database", "Export the table as CSV or Excel.")
DUCKDB = Foreign("a DuckDB database", "Export the table as CSV: COPY table TO 'FILE.csv' (HEADER).")
HDF = Foreign("an HDF5 file", "Save the table as CSV.")
PICKLE = Foreign("a pickle of Python", "Save the table as CSV: DataFrame.to_csv(...).")
GZIP = Foreign("a file packed by gzip", "Unpack it first, or pack the tables as ZIP.")
SEVEN = Foreign("a 7z archive", "Unpack it first, or pack the tables as ZIP.")
RAR = Foreign("a RAR archive", "Unpack it first, or pack the tables as ZIP.")
BZIP = Foreign("a file packed by bzip2", "Unpack it first, or pack the tables as ZIP.")
XZ = Foreign("a file packed by xz", "Unpack it first, or pack the tables as ZIP.")
ZSTD = Foreign("a file packed by zstd", "Unpack it first, or pack the tables as ZIP.")
TAR = Foreign("a tar archive", "Unpack it first, or pack the tables as ZIP.")
HTML = Foreign("an HTML page", "Open it in a spreadsheet and save it as .xlsx or CSV.")
XML = Foreign("an XML file", "Open it in a spreadsheet and save it as .xlsx, or export CSV.")
JSON = Foreign("a JSON file", "Export the table as CSV.")
IMAGE = Foreign("a picture", "Ask for the table as CSV or Excel.")
RTF = Foreign("a rich text document", "Copy the table into a spreadsheet and save it as .xlsx or CSV.")

BY_START = (
    (b"$FL2", SPSS),
    (b"$FL3", SPSS),
    (b"<stata_dta>", STATA),
    (bytes.fromhex("000000000000000000000000c2ea8160b31411cfbd92080009c7318c181f1011"), SAS),
    (b"PAR1", PARQUET),
    (b"PARE", PARQUET),
    (b"RDX2\n", R_DATA),
    (b"RDX3\n", R_DATA),
    (b"RDA2\n", R_DATA),
    (b"RDA3\n", R_DATA),
    (b"X\n\0\0\0", R_DATA),
    (b"ARROW1", ARROW),
    (b"FEA1", ARROW),
    (bytes.fromhex("d0cf11e0a1b11ae1"), OLD_EXCEL),
    (b"\x09\x08\x10\0\0\x06\x05", OLD_EXCEL),
    (b"%PDF-", PDF),
    (b"SQLite format 3\0", SQLITE),
    (b"\0\x01\0\0Standard Jet DB", ACCESS),
    (b"\0\x01\0\0Standard ACE DB", ACCESS),
    (b"\x89HDF\r\n", HDF),
    (b"\x1f\x8b", GZIP),
    (b"7z\xbc\xaf\x27\x1c", SEVEN),
    (b"Rar!\x1a\x07", RAR),
    (b"BZh", BZIP),
    (b"\xfd7zXZ\0", XZ),
    (b"\x28\xb5\x2f\xfd", ZSTD),
    (b"\x89PNG", IMAGE),
    (b"\xff\xd8\xff", IMAGE),
    (b"GIF8", IMAGE),
    (b"{\\rtf", RTF),
)
# text that begins like this, whatever its case and after blanks, is no table
BY_WORDS = (
    (b"<!doctype html", HTML),
    (b"<html", HTML),
    (b"<table", HTML),
    (b"<?xml", XML),
)
# old files of Stata have no mark but their release, then byte order and kind
OLD_STATA = range(0x67, 0x74)
BY_ENDING = {
    ".sav": SPSS,
    ".zsav": SPSS,
    ".por": SPSS,
    ".dta": STATA,
    ".sas7bdat": SAS,
    ".parquet": PARQUET,
    ".rdata": R_DATA,
    ".rda": R_DATA,
    ".rds": R_DATA,
    ".feather": ARROW,
    ".arrow": ARROW,
    ".numbers": NUMBERS,
    ".ods": OPEN_SHEET,
    ".fods": OPEN_SHEET,
    ".xlsb": BINARY_EXCEL,
    ".pdf": PDF,
    ".doc": WORD,
    ".docx": WORD,
    ".pptx": SLIDES,
    ".sqlite": SQLITE,
    ".db": SQLITE,
    ".mdb": ACCESS,
    ".accdb": ACCESS,
    ".duckdb": DUCKDB,
    ".h5": HDF,
    ".pkl": PICKLE,
    ".pickle": PICKLE,
    ".gz": GZIP,
    ".tgz": GZIP,
    ".7z": SEVEN,
    ".rar": RAR,
    ".bz2": BZIP,
    ".xz": XZ,
    ".zst": ZSTD,
    ".tar": TAR,
    ".html": HTML,
    ".htm": HTML,
    ".xml": XML,
    ".json": JSON,
    ".jsonl": JSON,
    ".ndjson": JSON,
    ".rtf": RTF,
}
# what lies in a ZIP that is such a document
BY_MEMBER = (
    ("xl/workbook.bin", BINARY_EXCEL),
    ("word/document.xml", WORD),
    ("ppt/presentation.xml", SLIDES),
    ("Index/Document.iwa", NUMBERS),
    ("Index.zip", NUMBERS),
    ("content.xml", OPEN_SHEET),
)


def told_by_start(start: bytes, suffix: str) -> Foreign | None:
    """Return the format that a file's first bytes show, if it is one that is not read.

    R's own format is packed by gzip as a rule: then the ending tells.
    """
    found = next((kind for mark, kind in BY_START if start.startswith(mark)), None)
    if found in (GZIP, BZIP, XZ):
        return BY_ENDING.get(suffix) if BY_ENDING.get(suffix) is R_DATA else found
    if found is not None:
        return found
    if start[:1] and start[0] in OLD_STATA and start[1:2] in (b"\x01", b"\x02") and start[2:3] == b"\x01":
        return STATA
    if start[8:12] == b"DUCK":
        return DUCKDB
    if start[257:262] == b"ustar":
        return TAR
    if start[:1] == b"\x80" and BY_ENDING.get(suffix) is PICKLE:
        return PICKLE
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    found = next((kind for words, kind in BY_WORDS if text.startswith(words)), None)
    if found is not None:
        return HTML if found is XML and b"<html" in text else found
    compact = b"".join(text[:64].split())
    return JSON if compact.startswith((b'{"', b'[{"', b"[[", b'["')) else None


def told_by_members(names: list[str]) -> Foreign | None:
    """Return the document that a ZIP is, by what lies in it, if it is one that is not read."""
    found = next((kind for member, kind in BY_MEMBER if member in names), None)
    return None if found is OPEN_SHEET and "mimetype" not in names else found


def claimed(suffix: str) -> str:
    """Return the words on a file whose name claims a format that is not read, or nothing."""
    found = BY_ENDING.get(suffix)
    if found is None:
        return ""
    return f"is {found.name} by its name, which is not read. {found.remedy} If it is text, name it .csv."
