"""What a letter with a report says to its reader, who is calling: her own figures, or why there are none."""

import csv
import io
from collections.abc import Iterator, Sequence

from crm.identity.v1 import report_schedules_pb2 as pb

from gateway.access import Rights
from gateway.backends import Backends
from gateway.reports.question import Json, Question
from gateway.web.frame.readers import Reader
from gateway.web.reports.building import told
from gateway.web.reports.measuring import Figure
from gateway.web.reports.reading import Line, Reading, read
from gateway.web.words import _
from kit.errors import Denied, Invalid, NotFound, Unavailable
from kit.exporting.files.cells import text_of
from kit.importing.file.guarding import guarded, made_harmless

_REPORTS = "reports"
_MOST_LINES = 60
_BOM = b"\xef\xbb\xbf"


async def composed(
    reader: Reader, rights: Rights, backends: Backends, report_id: str
) -> pb.ReportLetter:
    """The letter; what does not answer right now is raised, and asked for again."""
    try:
        report = await reader.api.get(_REPORTS, report_id)
        rights.require(backends.entity(report["entity_name"]), "view")
        return await _said(reader, report)
    except (NotFound, Denied):
        return pb.ReportLetter(outcome="unseen")


async def _said(reader: Reader, report: Json) -> pb.ReportLetter:
    """The figures; or what of the question is not to be answered, in the words of the page."""
    question = Question.read(report)
    if reader.catalog.visible(question.entity) is None:
        # She may see such records, so it is their service that does not answer.
        raise Unavailable
    try:
        reading = await read(reader, question)
    except Invalid as wrong:
        why = " ".join(wrong.fields.values()) or wrong.message
        return pb.ReportLetter(outcome="refused", name=report["name"], reason=why)
    return pb.ReportLetter(
        outcome="figures",
        name=report["name"],
        period=_period(reader, reading),
        path=f"/{_REPORTS}/{report['id']}",
        heads=_heads(reading),
        groups=max(len(reading.groups), 1),
        lines=[_line(line, reading) for line in _listed(reading)[:_MOST_LINES]],
        totals=[_line(line, reading) for line in reading.totals],
        more=max(len(_listed(reading)) - _MOST_LINES, 0),
        csv=file_of(reading) if reading.entity.may("export") else b"",
    )


def _period(reader: Reader, reading: Reading) -> str:
    """The days that count, as on the page."""
    days, name = reading.told["period"], told(reading.question)
    if days is None:
        return ""
    first, last = (reader.presenter.day(days[each]) for each in ("first_day", "last_day"))
    return f"{name}, {first} – {last}"  # noqa: RUF001 - the dash that typography wants


def _listed(reading: Reading) -> Sequence[Line]:
    """Without groups there is nothing but the totals."""
    return reading.lines if reading.groups else ()


def _heads(reading: Reading) -> list[str]:
    groups = [each.label for each in reading.groups] or [reading.entity.plural]
    measures = [each.label for each in reading.measures]
    if not reading.compared:
        return [*groups, *measures]
    return [*groups, *(head for each in measures for head in (each, _("Before")))]


def _line(line: Line, reading: Reading) -> pb.ReportLine:
    labels = line.labels if len(line.labels) == len(reading.groups) else (line.label,)
    figures = [cell for each in line.figures for cell in _cells(each, reading)]
    return pb.ReportLine(cells=[*labels, *figures], path=line.href)


def _cells(figure: Figure, reading: Reading) -> Iterator[str]:
    yield figure.text
    if reading.compared:
        yield f"{figure.before} ({figure.change} %)" if figure.change else figure.before


def file_of(reading: Reading) -> bytes:
    """All groups as a file: numbers as programs read them, and nothing that a spreadsheet would run."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    money = any(each.currency_key for each in reading.measures)
    heads = [each.label for each in reading.groups] + ([_("Currency")] if money else [])
    for measure in reading.measures:
        heads += [measure.label, _("%(measure)s, before", measure=measure.label)][
            : 2 if reading.compared else 1
        ]
    writer.writerow(guarded(heads))
    for line in reading.lines:
        labels = [*line.labels, *([line.currency] if money else [])]
        writer.writerow([*map(made_harmless, labels), *_numbers(line, reading)])
    return _BOM + text.getvalue().encode()


def _numbers(line: Line, reading: Reading) -> Iterator[str]:
    for figure in line.figures:
        yield text_of(figure.value)
        if reading.compared:
            yield text_of(figure.was)
