"""From a file to a version: read, checked, written beside what is there, and then current in one step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from gepnet_core.errors import FileRefused, OptionRefused, listed, printable
from gepnet_core.intake.adsl import read_adsl
from gepnet_core.intake.adtte import AdtteOptions, read_adtte
from gepnet_core.intake.archive import text_of
from gepnet_core.intake.cbioportal import read_clinical
from gepnet_core.intake.cells import Spelling
from gepnet_core.intake.checks import check_source
from gepnet_core.intake.dates import DateFormat
from gepnet_core.intake.files import open_sheets
from gepnet_core.intake.leave_out import LeftOut, without
from gepnet_core.intake.limits import DEFAULT, Limits
from gepnet_core.intake.mapped import read_mapped
from gepnet_core.intake.mapped_times import read_mapped_times
from gepnet_core.intake.mapping import ColumnMapping
from gepnet_core.intake.one_sheet import Progress, counted, one_sheet
from gepnet_core.intake.quality import warn_source
from gepnet_core.intake.reading import Reading
from gepnet_core.intake.redcap import decode
from gepnet_core.intake.redcap_dictionary import NO_DICTIONARY, is_dictionary
from gepnet_core.intake.report import Report, ReportRefused
from gepnet_core.intake.request import Format, Request
from gepnet_core.intake.source import Source
from gepnet_core.intake.source_tables import read_source
from gepnet_core.published_figures import FILE as PUBLISHED_FILE
from gepnet_core.published_figures import check_endpoints, read_published
from gepnet_core.settings import FILE as SETTINGS_FILE
from gepnet_core.settings import MAY_BE_ABSENT, Settings, parse_settings
from gepnet_core.store.cohort_version import cohort_recipe
from gepnet_core.store.fingerprint import fingerprint
from gepnet_core.store.scratch import scratch_folder
from gepnet_core.store.trial_version import trial_recipe
from gepnet_core.store.versions import Current, Shelf
from gepnet_core.store.writing import Recipe, nobody_left, publish, write_version
from gepnet_core.vocabulary import STUDY_ENDPOINTS, TimeUnit


@dataclass(frozen=True, slots=True)
class Prepared:
    """A version that is written and checked, but not current yet; None where errors block it."""

    report: Report
    path: Path | None = None
    current: Current | None = None


def prepare(
    request: Request,
    folder: Path,
    *,
    limits: Limits = DEFAULT,
    progress: Progress | None = None,
    origin: str = "imported",
    source: str = "",
) -> Prepared:
    """Read and check a file and write its version into `folder`; what is on the shelf stays as it is.

    Errors do not raise: they are in the report, and there is no version then. With rules to leave out by, the
    file is read again without the patients whose rows break them, until nobody is new. `progress` is called with
    the phase and the rows so far.
    """
    left = LeftOut(request.leave_out)
    while True:
        asked = replace(request, without=frozenset(left.patients))
        found = _prepare(asked, folder, limits, progress or _silent, left, origin=origin, source=source)
        if found.current is not None or not left.take(found.report):
            return found


def _prepare(
    request: Request,
    folder: Path,
    limits: Limits,
    told: Progress,
    left: LeftOut,
    *,
    origin: str,
    source: str,
) -> Prepared:
    """Read the file once, without those who are left out so far."""
    report = Report()
    left.tell(report)
    try:
        recipe = _recipe(request, report, folder, limits, told)
        report.stop_on_errors()
        left.mark(recipe.meta)
        told("writing", 0)
        path = folder / "version.duckdb"
        path.unlink(missing_ok=True)  # of an earlier try that was ended
        current = write_version(path, folder, recipe, report, origin=origin, source=source)
        current = replace(current, file=printable(request.path.name))
        if current.patients == 0:
            report.add("nobody-eligible", request.path.name, nobody_left(path))
            report.stop_on_errors()
    except ReportRefused:
        return Prepared(report)
    except FileRefused as refused:
        report.take(refused)
        return Prepared(report)
    return Prepared(report, path, current)


REPLACED = (
    "The settings that were given replace {} as a whole: what those say of {} counts only where given again."
)


def _silent(phase: str, rows: int) -> None:
    """Tell nobody."""


def _recipe(request: Request, report: Report, folder: Path, limits: Limits, told: Progress) -> Recipe:
    if request.format is Format.TABLES:
        return _from_tables(request, report, folder, limits, told)
    if request.format is Format.ADTTE:
        return _from_adtte(request, report, folder, limits, told)
    if request.format is Format.CBIOPORTAL:
        return _from_cbioportal(request, report, folder, limits, told)
    return _from_mapped(request, report, folder, limits, told)


def _from_tables(request: Request, report: Report, folder: Path, limits: Limits, told: Progress) -> Recipe:
    told_settings = text_of(request.path, SETTINGS_FILE, limits)
    beside = parse_settings(SETTINGS_FILE, told_settings)
    settings = request.settings or beside
    if request.settings not in (None, beside) and beside.told:
        report.note(REPLACED.format(f"{SETTINGS_FILE} beside the tables", listed(beside.told)))
    published = text_of(request.path, PUBLISHED_FILE, limits)
    if published:
        check_endpoints(read_published(published), STUDY_ENDPOINTS)
    found = open_sheets(request.path, request.reading, report, limits, empty=True)
    sheets = [
        without(
            counted(sheet, told), "patient_id", request.without, needed=sheet.name.casefold() == "patients"
        )
        for sheet in found
    ]
    spelling = Spelling(request.reading.mark, settings.missing, request.date_format or DateFormat.ISO)
    source = read_source(sheets, report, spelling, settings.not_recorded)
    return _cohort(source, settings, request, report, folder, told, published)


def _cohort(
    source: Source,
    settings: Settings,
    request: Request,
    report: Report,
    folder: Path,
    told: Progress,
    published: str = "",
) -> Recipe:
    told("checking", 0)
    if settings.baseline:
        words = (
            "the settings decide on baseline columns, which belongs to a file of times: the baseline of dated "
            "records is fixed. Take [baseline] out of the settings."
        )
        raise FileRefused(request.path.name, words, rule="mapping")
    for table in settings.not_recorded:
        if source[table]:
            words = (
                f"the settings name {table} in not_recorded, but there are {len(source[table]):,} rows of it. Take "
                "the name out of not_recorded, or leave the rows out."
            )
            raise FileRefused(source.files.get(table, request.path.name), words, rule="mapping")
    if "eligibility.focal_indication" in settings.said and not settings.focal_only:
        report.note(
            "eligibility.focal_indication has no effect here: focal_only is off, so no indication is asked for."
        )
    if request.extracted and settings.extracted not in (None, request.extracted):
        report.note(
            f"The day of the export is {request.extracted}, as was said, not {settings.extracted} of the settings."
        )
    extracted = request.extracted or settings.extracted
    settings = replace(settings, extracted=extracted)
    if not report.counts["date-ambiguous"]:  # what a wrong reading of dates would break is not broken
        check_source(source, report, settings, extracted)
    if not report.errors:
        warn_source(source, report, settings, extracted)
    return cohort_recipe(source, settings, folder, published)


def _from_adtte(request: Request, report: Report, folder: Path, limits: Limits, told: Progress) -> Recipe:
    settings = _trial_settings(request, request.settings or Settings())
    options = AdtteOptions(
        request.time_unit,
        request.competing_cnsr,
        request.censored_cnsr,
        settings.extracted,
        request.date_format or DateFormat.ISO,
        request.reading.mark,
        settings.missing,
    )
    sheet = counted(one_sheet(request.path, request.reading, report, limits, asked=request.sheet), told)
    sheet = without(sheet, "usubjid", request.without)
    times = read_adtte(sheet, report, folder, options, with_adsl=request.beside is not None)
    subjects = None
    if request.beside is not None:
        adsl = one_sheet(request.beside, request.reading, report, limits)
        adsl = without(counted(adsl, told), "usubjid", request.without)
        subjects = read_adsl(adsl, report, folder, options.spelling)
    return trial_recipe(times, settings, subjects)


def _trial_settings(request: Request, settings: Settings) -> Settings:
    """Return the settings of times: those that choose treatments by date cannot hold, and are refused."""
    if settings.restricts:
        words = (
            "a window, primary sites or excluded modalities choose treatments by their dates: a file of times has "
            "none. Take them out of the settings."
        )
        raise FileRefused(request.path.name, words, rule="mapping")
    settings = settings.deciding(request.baseline)
    return replace(settings, extracted=request.extracted or settings.extracted)


def _from_cbioportal(
    request: Request, report: Report, folder: Path, limits: Limits, told: Progress
) -> Recipe:
    paths = [path for path in (request.path, request.beside) if path is not None]
    sheets = [
        counted(sheet, told)
        for path in paths
        for sheet in open_sheets(path, request.reading, report, limits, comments=True)
    ]
    settings = _trial_settings(request, request.settings or Settings())
    sheet, mapping = read_clinical(sheets, report, treatment=request.treatment, missing=settings.missing)
    report.stop_on_errors()
    times = read_mapped_times(
        sheet, replace(mapping, reading=request.reading), report, folder, request.without
    )
    return trial_recipe(times, settings)


def _from_mapped(request: Request, report: Report, folder: Path, limits: Limits, told: Progress) -> Recipe:
    """Wide tables and REDCap's: by a mapping, into source tables or times."""
    mapping = request.mapping
    if mapping is None:
        raise OptionRefused(f"A file of format {request.format} needs a mapping of its columns.")
    mapping = replace(
        mapping, reading=request.as_read, date_format=request.date_format or mapping.date_format
    )
    # lines with "#" above the header are comments, as cBioPortal has them, unless the header is meant
    comments = request.format is Format.WIDE and not any(name.startswith("#") for name in mapping.columns())
    sheet = one_sheet(request.path, mapping.reading, report, limits, asked=request.sheet, comments=comments)
    sheet = counted(sheet, told)
    if request.format is Format.REDCAP:
        if request.beside is None:
            raise OptionRefused("A REDCap export needs its data dictionary beside it.")
        dictionary = one_sheet(request.beside, Reading(), report, limits)
        missing = (*mapping.missing, *(request.settings or mapping.settings).missing)
        if not is_dictionary(dictionary):
            raise FileRefused(dictionary.file, NO_DICTIONARY, line=dictionary.line, rule="dictionary")
        sheet = decode(sheet, dictionary, report, missing)
        report.stop_on_errors()
    settings = request.settings or mapping.settings
    if request.settings not in (None, mapping.settings) and mapping.settings.told:
        report.note(REPLACED.format(f"those of {request.mapping_file}", listed(mapping.settings.told)))
    mapping = replace(mapping, settings=settings)
    if mapping.endpoints:
        settings = _trial_settings(request, settings)
        times = read_mapped_times(sheet, mapping, report, folder, request.without)
        return trial_recipe(times, settings)
    settings = _recorded(mapping, settings, report)
    many_rows = request.format is Format.REDCAP
    source = read_mapped(sheet, mapping, report, many_rows=many_rows, without=request.without)
    found = _cohort(source, settings, request, report, folder, told)
    knows = any("death_date" in group.cells for group in mapping.of("follow_up"))
    if not report.errors and not knows:
        words = "no column holds a date of death: every patient counts as alive at the last contact."
        report.add("death-not-recorded", sheet.file, words, line=sheet.line, column="death_date")
    return found


def _recorded(mapping: ColumnMapping, settings: Settings, report: Report) -> Settings:
    """Return the settings with what the file does not hold: nobody knows of it, which is not "nobody had it"."""
    absent = tuple(table for table in MAY_BE_ABSENT if not mapping.of(table))
    settings = replace(settings, not_recorded=tuple(sorted({*settings.not_recorded, *absent})))
    told = any("indication" in group.cells for group in mapping.of("local_treatments"))
    if settings.focal_only and not told:
        report.note(
            "The file holds no indication: every local treatment may be the index treatment (focal_only is off)."
        )
        settings = replace(settings, focal_only=False)
    return settings


def build(
    shelf: Shelf, name: str, request: Request, *, origin: str = "imported", source: str = ""
) -> tuple[Current, Report]:
    """Import a file in this process and make it current.

    Raises
    ------
    ReportRefused
        If it breaks a rule; nothing is changed then.
    """
    with scratch_folder(shelf.root) as folder:
        prepared = prepare(request, folder, origin=origin, source=source)
        prepared.report.stop_on_errors()
        assert prepared.path is not None
        assert prepared.current is not None
        return publish(shelf, name, prepared.path, prepared.current), prepared.report


def build_source(
    shelf: Shelf, name: str, folder: Path, *, extracted: date | None = None, origin: str = "imported"
) -> Current:
    """Import source tables; see `build`."""
    request = Request(folder, Format.TABLES, extracted=extracted)
    return build(shelf, name, request, origin=origin, source=fingerprint(folder))[0]


def build_adtte(
    shelf: Shelf,
    name: str,
    path: Path,
    *,
    time_unit: TimeUnit | None = None,
    competing_cnsr: int | None = None,
) -> tuple[Current, list[str]]:
    """Import an ADTTE-shaped file; return what is current and what the reader decided."""
    request = Request(path, Format.ADTTE, time_unit=time_unit, competing_cnsr=competing_cnsr)
    current, report = build(shelf, name, request)
    return current, report.notes
