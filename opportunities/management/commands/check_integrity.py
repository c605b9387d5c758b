"""`manage.py check_integrity`: looks for rows that break a rule, and for missing guards and search indexes."""

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opportunities.integrity import broken_rules
from opportunities.models import guards, search_index

SHOWN = 50


class Command(BaseCommand):
    help = "Checks every rule over the whole database; fails when one is broken or a guard is not there as it must be."

    def handle(self, **options):
        problems = [_("The guard %(name)s is missing.") % {"name": name} for name in guards.missing(connection)]
        problems += [
            _("The guard %(name)s is switched off, or not that of this version.") % {"name": name}
            for name in guards.outdated(connection)
        ]
        problems += [
            _("The search index %(name)s is missing.") % {"name": name} for name in search_index.missing(connection)
        ]
        for rule, keys in broken_rules():
            rows = ", ".join(str(key) for key in keys[:SHOWN]) + (", …" if len(keys) > SHOWN else "")
            problems.append(
                _("Broken: %(rule)s %(count)s × %(model)s: %(rows)s")
                % {"rule": rule.sentence, "count": len(keys), "model": rule.model._meta.verbose_name, "rows": rows}
            )
        for problem in problems:
            self.stdout.write(problem)
        if problems:
            raise CommandError(
                ngettext("%(count)s problem was found.", "%(count)s problems were found.", len(problems))
                % {"count": len(problems)}
            )
        self.stdout.write(_("Every rule holds, and every guard is there."))
