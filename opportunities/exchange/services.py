"""The import: one transaction, worked off in chunks, so that its SQL statements grow with chunks and not with rows."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from opportunities.closing import Closing, record_closings
from opportunities.closing.facts import closing_errors
from opportunities.closing.refusals import open_quotes_sentence
from opportunities.exchange.csv_file import ImportRefused, Record, read_csv
from opportunities.exchange.directories import Directory, directories
from opportunities.exchange.mapping import CLOSING, Mapping
from opportunities.exchange.report import Report, Result
from opportunities.exchange.rows import Row, external_id, parse_row
from opportunities.models import OPEN_STATUSES, Opportunity, Quote, State, StatusReason, TimelineEvent, guards
from opportunities.models.fields import fold
from opportunities.record.services import edit_data

CHUNK = 2_000
# A bulk update asks each of its rows about all the others: small ones take a tenth of the time.
UPDATE_BATCH = 200


def import_file(
    path: Path,
    mapping: Mapping,
    *,
    keep_good: bool = False,
    dry_run: bool = False,
    progress: Callable[[list[Record]], Iterable[Record]] = iter,
) -> Report:
    """Creates and updates opportunities from the CSV file `path`, and closes those that it says are closed.

    Guaranteed: all or nothing, unless `keep_good` writes the good rows and leaves out the rejected ones; the same
    file again changes nothing; an opportunity that is closed is never touched. With `dry_run` the
    report says what would happen, and nothing is written. `progress` wraps the records on their way.
    Raises ImportRefused when the file cannot be read to its end, or the database refuses what nobody foresaw.
    """
    report = Report()
    records = read_csv(path, mapping.columns)
    links = directories(mapping)
    lines: dict[str, int] = {}
    try:
        with transaction.atomic():
            hold_stored(records, mapping)
            for chunk in chunks(progress(records), CHUNK):
                rows = [parse_row(record, mapping) for record in chunk]
                refuse_repeated(rows, lines)
                for directory in links:
                    directory.link(rows)
                write(rows, mapping, links)
                report.add(rows)
            if dry_run or (report.counts[Result.REJECTED] and not keep_good):
                transaction.set_rollback(True)
    except IntegrityError as error:
        raise ImportRefused(guards.sentence(error)) from error
    return report


def chunks(items: Iterable, size: int) -> Iterator[list]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def hold_stored(records: list[Record], mapping: Mapping) -> None:
    """Holds what the file names and is here already to the end of the transaction, in the order of the keys.

    Chunk by chunk it would be held in the order of the file, and each would wait for ever for one who closes many.
    There is one import at a time: two would wait for each other over what both create.
    """
    ContentType.objects.select_for_update(no_key=True).get(app_label="opportunities", model="opportunity")
    if len(records) <= CHUNK:
        return  # held in this order anyway
    keys: list[int] = []
    for ids in chunks((external_id(record, mapping) for record in records), CHUNK):
        keys += Opportunity.objects.filter(external_id__in=ids).values_list("pk", flat=True)
    for some in chunks(sorted(keys), CHUNK):
        list(Opportunity.objects.filter(pk__in=some).select_for_update(no_key=True).order_by("pk").values_list("pk"))


def refuse_repeated(rows: Iterable[Row], lines: dict[str, int]) -> None:
    """Rejects rows whose external ID stands on an earlier line; `lines` remembers those of earlier chunks."""
    for row in rows:
        first = lines.setdefault(row.external_id, row.line)
        if row.external_id and first != row.line:
            row.reject("external_id", _("It stands on line %(line)s already.") % {"line": first})


def write(rows: list[Row], mapping: Mapping, links: Iterable[Directory]) -> None:
    """Writes the rows without problems; rows that only what is stored can tell to be wrong get their problems here."""
    stored = lock_stored(rows)
    quotes = quote_counts(stored.values())
    for row in rows:
        if not row.problems:
            found = stored.get(row.external_id)
            prepare(row, found, mapping, quotes.get(found.pk, {}) if found else {})
    good = [row for row in rows if not row.problems]
    for directory in links:
        directory.save_new(row for row in good if row.result != Result.SKIPPED)
    created = [row.opportunity for row in good if row.result == Result.CREATED]
    Opportunity.objects.bulk_create(created)
    TimelineEvent.objects.tell(
        TimelineEvent(opportunity=opportunity, kind=TimelineEvent.Kind.IMPORTED) for opportunity in created
    )
    update([row for row in good if row.result == Result.UPDATED])
    record_closings([row.closing for row in good if row.closing], by=None)


def lock_stored(rows: Iterable[Row]) -> dict[str, Opportunity]:
    """The opportunities that are here already, by external ID, held to the end of the transaction."""
    stored = Opportunity.objects.filter(external_id__in=[row.external_id for row in rows]).order_by("pk")
    # First the rows alone: PostgreSQL, having waited for a row, joins its facts as they were before.
    list(stored.select_for_update(no_key=True).values_list("pk"))
    return {found.external_id: found for found in stored.with_facts()}


def quote_counts(opportunities: Iterable[Opportunity]) -> dict[int, dict[str, int]]:
    """How many quotes, and open ones, hang on each of `opportunities` that has any, by its key."""
    quotes = Quote.objects.filter(opportunity__in=[found.pk for found in opportunities if found.is_open])
    counts = quotes.values("opportunity").annotate(all=Count("pk"), open=Count("pk", Q(status__in=OPEN_STATUSES)))
    return {found["opportunity"]: found for found in counts}


def prepare(row: Row, stored: Opportunity | None, mapping: Mapping, quotes: dict[str, int]) -> None:
    """Decides what becomes of `row`: the opportunity to create or change, and its closing where the file has one."""
    is_closed = row.means.state != State.OPEN
    if stored is None:
        create(row, mapping.open_reason if is_closed else row.means.status_reason)
    elif stored.is_open:
        change(row, stored, is_closed)
        if "currency" in row.changed and quotes:
            row.reject("currency", _("It is fixed, because there are quotes."))
    else:
        row.skip(_("closed here, left as it is"))
        return
    if is_closed:
        close(row, quotes.get("open", 0))
    elif stored and not row.changed:
        row.skip(_("unchanged"))


def create(row: Row, status_reason: StatusReason) -> None:
    facts = {name: value for name, value in row.values.items() if name not in CLOSING}
    row.opportunity, row.result = Opportunity(status_reason=status_reason, **facts), Result.CREATED
    row.repairs += row.gaps


def change(row: Row, stored: Opportunity, is_closed: bool) -> None:
    """Gives `stored` what the file itself says; what the file leaves out stays as it is here.

    How far a deal got that the file has closed, and its open reason, are better known here.
    """
    row.opportunity, row.result = stored, Result.UPDATED
    row.values = {name: value for name, value in row.values.items() if name in row.given or name in CLOSING}
    facts = {name: value for name, value in row.values.items() if name not in CLOSING}
    if is_closed:
        facts.pop("stage", None)
    else:
        facts["status_reason"] = row.means.status_reason
    for name, value in sorted(facts.items()):
        if getattr(stored, name) != value:
            set_value(row, name, value)
            row.repair(_("%(field)s changed") % {"field": name})
    if "account" in row.changed and stored.contact and stored.contact.account_id != stored.account.pk:
        row.repair(_("contact of another account left empty"), str(stored.contact))
        set_value(row, "contact", None)


def set_value(row: Row, name: str, value) -> None:
    row.changed[name] = getattr(row.opportunity, name)
    setattr(row.opportunity, name, value)


def close(row: Row, open_quotes: int) -> None:
    """The closing of `row`, under the rules of the dialog; an import closes no quotes, which it knows nothing of."""
    row.closing = Closing(
        row.opportunity,
        row.means.state,
        row.means.status_reason,
        row.values.get("closed_on"),
        row.values.get("actual_revenue"),
        row.values.get("competitor"),
        row.values.get("details") or row.means.details,
    )
    for name, error in closing_errors(row.closing).items():
        row.reject(name, error)
    if open_quotes:
        row.reject("stage", open_quotes_sentence(open_quotes))


def update(rows: Iterable[Row]) -> None:
    changed = [row for row in rows if row.changed]
    names = {name for row in changed for name in row.changed}
    if not names:
        return
    opportunities = [row.opportunity for row in changed]
    if "topic" in names:
        names.add("folded_topic")
        for opportunity in opportunities:
            opportunity.folded_topic = fold(opportunity.topic)
    Opportunity.objects.bulk_update(opportunities, names, batch_size=UPDATE_BATCH)
    TimelineEvent.objects.tell(
        TimelineEvent(
            opportunity=row.opportunity,
            kind=TimelineEvent.Kind.EDITED,
            data=edit_data(row.changed, row.opportunity),
        )
        for row in changed
    )
