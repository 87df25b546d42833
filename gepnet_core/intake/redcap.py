"""A REDCap export and its data dictionary: codes and ticks become the labels that a person reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gepnet_core.errors import listed, quoted
from gepnet_core.intake.reading import Sheet
from gepnet_core.intake.redcap_dictionary import WITHOUT_DATA, Dictionary, is_dictionary, read_dictionary
from gepnet_core.intake.redcap_header import Place, resolve
from gepnet_core.intake.report import Report

__all__ = ["decode", "is_dictionary"]

TICKED = "yes"
TICKS = ({"1": TICKED, "0": ""}, {"Checked": TICKED, "Unchecked": ""})
Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class _Part:
    """One column of the result: where it comes from, and what its cells mean (None: what they say).

    More than one place: the columns of a checkbox field, with the label of each.
    """

    name: str
    places: tuple[int, ...]
    meanings: tuple[Mapping[str, str] | None, ...]
    labels: tuple[str, ...] = field(default=())

    def cell(self, cells: Sequence[str]) -> str:
        said = [
            cells[at] if meaning is None else meaning.get(cells[at].strip(), "")
            for at, meaning in zip(self.places, self.meanings, strict=True)
        ]
        if not self.labels:
            return said[0]
        return "; ".join(label for label, tick in zip(self.labels, said, strict=True) if tick)


def decode(export: Sheet, dictionary: Sheet, report: Report, missing: Collection[str] = ()) -> Sheet:
    """Return the export with field names as header and labels in its cells.

    Each coded column is raw or labelled as all its values show. The columns of a checkbox field become one, of
    the ticked labels joined by "; ". Columns that REDCap adds stay. A word for `missing` (any case) stays where
    it is no code or label of the field; in a checkbox field it is no tick. A row with another value that is neither
    a code nor a label is reported and left out; a column that cannot be decoded is reported under "dictionary" and
    left out.
    """
    export.check_single(export.twice, any_case=False)
    project = read_dictionary(dictionary, report)
    places = resolve(export, project, report)
    if project.record_id and project.record_id not in {place.name for place in places}:
        words = f"has no column of the record id {quoted(project.record_id)}. Export it too."
        report.add("dictionary", export.file, words, line=export.line)
    rows = list(export.rows) if places else []
    decoder = _Decoder(export, project, rows, report, {word.strip().casefold() for word in missing})
    parts = list(decoder.parts(places))
    kept = (row for row in rows if row[0] not in decoder.spoiled)
    return Sheet(
        export.file,
        export.name,
        [part.name for part in parts],
        export.line,
        iter([(line, [part.cell(cells) for part in parts]) for line, cells in kept]),
        export.comments,
    )


class _Decoder:
    """Says for each column what its cells mean; `spoiled` holds the lines of rows that cannot be decoded."""

    def __init__(
        self, export: Sheet, project: Dictionary, rows: list[Row], report: Report, missing: set[str]
    ) -> None:
        self.export, self.project, self.rows, self.report = export, project, rows, report
        self.missing = missing
        self.spoiled: set[int] = set()
        self.id_at = 0

    def parts(self, places: list[Place]) -> Iterator[_Part]:
        """Yield the columns of the result in the order of the export."""
        self.id_at = next((place.at for place in places if place.name == self.project.record_id), 0)
        done: set[str] = set()
        for place in places:
            known = self.project.fields.get(place.name)
            if known is not None and known.kind in WITHOUT_DATA:
                self.report.note(
                    f"{self.export.file}: the field {quoted(place.name)} is of type {known.kind}, which "
                    "holds no data, and was passed over."
                )
            elif place.code is not None and known is not None:
                if place.name not in done:
                    done.add(place.name)
                    yield from self._ticks(place.name, known.choices, places)
            elif place.choices is None:
                yield _Part(place.name, (place.at,), (None,))
            else:
                labels = {label: label for label in place.choices.values()}
                meaning = self._meaning(place.at, (place.choices, labels))
                if meaning is not None:
                    yield _Part(place.name, (place.at,), (meaning,))

    def _ticks(self, name: str, choices: Mapping[str, str], places: list[Place]) -> Iterator[_Part]:
        """Yield the one column of a checkbox field, its labels in the order of the dictionary."""
        order = list(choices)
        own = sorted(
            (place for place in places if place.name == name and place.code is not None),
            key=lambda place: order.index(place.code or ""),
        )
        labels = tuple(choices[place.code or ""] for place in own)
        meanings = [
            self._meaning(place.at, (*TICKS, {label: TICKED}))
            for place, label in zip(own, labels, strict=True)
        ]
        if all(meaning is not None for meaning in meanings):
            yield _Part(name, tuple(place.at for place in own), tuple(meanings), labels)

    def _meaning(self, at: int, readings: Sequence[Mapping[str, str]]) -> Mapping[str, str] | None:
        """Return the one reading that fits all values of a column; None, and a finding, where there is none."""
        values = {cells[at].strip() for _, cells in self.rows} - {""}
        neither = {value for value in values if not any(value in reading for reading in readings)}
        absent = {value for value in neither if value.casefold() in self.missing}
        neither -= absent
        for line, cells in self.rows if neither else ():
            if cells[at].strip() in neither:
                self._refuse(line, cells, at, readings)
        values -= neither | absent
        fits = [reading for reading in readings if values <= reading.keys()]
        if not fits:
            self._report(
                at, f"mixes codes and labels: {_some(values)}. Export it raw or labelled throughout."
            )
            return None
        differ = sorted(value for value in values if len({reading[value] for reading in fits}) > 1)
        if differ:
            self._report(
                at,
                f"reads both as codes and as labels, with different results: {_some(differ)}. Change the "
                "labels in the project so that none of them is a code, or leave the column out.",
            )
            return None
        ticks = readings[0] in TICKS
        return {**fits[0], **{value: "" if ticks else value for value in absent}}

    def _refuse(self, line: int, cells: list[str], at: int, readings: Sequence[Mapping[str, str]]) -> None:
        value = cells[at].strip()
        known = [f"{code} ({label})" for code, label in readings[0].items()]
        if readings[0] in TICKS:
            known = [word for reading in readings for word in reading]
        self.spoiled.add(line)
        self.report.add(
            "value-not-allowed",
            self.export.file,
            f"{quoted(value)} is neither a code nor a label of the field. There are: {listed(known)}.",
            line=line,
            column=self.export.header[at],
            value=value,
            patient=cells[self.id_at].strip(),
        )

    def _report(self, at: int, words: str) -> None:
        self.report.add(
            "dictionary", self.export.file, words, line=self.export.line, column=self.export.header[at]
        )


def _some(values: Iterable[str]) -> str:
    return listed([quoted(value) for value in sorted(values)], most=5)
