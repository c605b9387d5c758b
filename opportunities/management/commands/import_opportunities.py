"""`manage.py import_opportunities`: brings opportunities in from a CSV file. Explained in docs/import.md."""

from collections import Counter
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from tqdm import tqdm

from opportunities.exchange import ImportRefused, Report, Result, import_file, load_mapping

SHOWN = 20


class Command(BaseCommand):
    help = "Creates, updates and closes opportunities from a CSV file, as a mapping says."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="the CSV file: UTF-8, comma-separated, with a header")
        parser.add_argument("--mapping", type=Path, required=True, help="the TOML file that explains the CSV file")
        parser.add_argument("--dry-run", action="store_true", help="report what would happen; write nothing")
        parser.add_argument("--keep-good", action="store_true", help="write the good rows although others are rejected")
        parser.add_argument("--report", type=Path, default="import-report.csv", help="default: %(default)s")

    def handle(self, *, file, mapping, dry_run, keep_good, report, **options):
        if report.exists() and not is_replaceable(report, (file, mapping)):
            raise CommandError(_("A report cannot take the place of %(file)s; name another one.") % {"file": report})
        progress = partial(tqdm, unit=" rows", disable=None)  # on a terminal only
        try:
            # An earlier report stays until this one is complete, and a folder that takes none stops the import.
            with TemporaryDirectory(prefix="import-report-", dir=report.parent) as folder:
                done = import_file(file, load_mapping(mapping), keep_good=keep_good, dry_run=dry_run, progress=progress)
                written = Path(folder, report.name)
                with written.open("w", encoding="utf-8", newline="") as report_file:
                    done.write_csv(report_file)
                written.replace(report)
        except OSError as error:
            why = _("%(file)s cannot be written: %(error)s.") % {"file": report, "error": error.strerror}
            raise CommandError(why) from error
        except ImportRefused as error:
            raise CommandError(str(error)) from error
        self.show(done)
        self.stdout.write(_("What became of each row is in %(file)s.") % {"file": report})
        if dry_run:
            self.stdout.write(_("Nothing was written: this was a dry run."))
        if done.counts[Result.REJECTED] and not keep_good:
            raise CommandError(_("Nothing is written while rows are rejected, unless --keep-good leaves them out."))

    def show(self, done: Report) -> None:
        counts = ", ".join(f"{done.counts[result]:,} {result.label}" for result in Result)
        total = done.counts.total()
        rows = ngettext("%(total)s row", "%(total)s rows", total) % {"total": f"{total:,}"}
        self.stdout.write(f"{rows}: {counts}.")
        # Repairs are summed up by kind, with the first as an example; rejected rows are told one by one.
        examples = {entry.what: entry.detail for entry in reversed(done.repairs)}
        for what, count in Counter(entry.what for entry in done.repairs).most_common():
            example = f" ({examples[what]})" if examples[what] else ""
            self.stdout.write(f"{count:>9,} × {what}{example}")
        for entry in done.rejections[:SHOWN]:
            where = _("line %(line)s") % {"line": entry.line}
            self.stdout.write(f"  {where} {entry.external_id}: {entry.what}: {entry.detail}")
        if len(done.rejections) > SHOWN:
            for what, count in Counter(entry.what for entry in done.rejections).most_common():
                self.stdout.write(f"{count:>9,} × {what}")


def is_replaceable(report: Path, inputs: Iterable[Path]) -> bool:
    """Whether the existing `report` is a file, and none of those that are read."""
    return report.is_file() and not any(path.exists() and report.samefile(path) for path in inputs)
