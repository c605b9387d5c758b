"""`manage.py demo`: a database to try Clôture with."""

from time import perf_counter

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from opportunities import demo
from opportunities.models import Account, Opportunity, Quote


class Command(BaseCommand):
    help = "Adds demo data: logins, accounts, and 300 opportunities over two years. It never deletes anything."

    def add_arguments(self, parser):
        parser.add_argument("--seed", type=int, default=1, help="another seed gives other data (default: 1)")
        parser.add_argument(
            "--language",
            choices=demo.LANGUAGES,
            help="of the data, and of the pages for the demo logins (default: English data, the browser's language)",
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="leaves a database that has data as it is, without an error"
        )
        parser.add_argument(
            "--force", action="store_true", help="adds the demo data to a database that has data, or without DEBUG"
        )

    def handle(self, *, seed, language, if_empty, force, **options):
        if not demo.has_data() or force:
            self.fill(seed, language, force)
        elif if_empty:
            self.stdout.write("The database has data; it is kept as it is.")
        else:
            raise CommandError(
                "The database has data, so nothing was added. --force adds the demo data beside what is there; "
                "what is there stays as it is."
            )
        self.print_logins()

    def fill(self, seed, language, force):
        if not settings.DEBUG and not force:
            raise CommandError(
                "DEBUG is off, so this may be a server that others reach, and the demo logins have a password that "
                "everybody knows, one of them an administrator's. Nothing was added; --force adds them all the same."
            )
        start = perf_counter()
        demo.fill(seed, language)
        counts = [Account.objects.count(), Opportunity.objects.count(), Quote.objects.count()]
        self.stdout.write(
            "The database has {} accounts, {} opportunities and {} quotes now ({:.1f} s).".format(
                *counts, perf_counter() - start
            )
        )

    def print_logins(self):
        """The demo logins that are in the database; not users of that name who have a password of their own."""
        usernames = [username for username, *_ in demo.LOGINS]
        named = User.objects.filter(username__in=usernames).prefetch_related("groups").order_by("pk")
        users = [user for user in named if user.check_password(demo.PASSWORD)]
        if users:
            self.stdout.write(f"\nDemo logins, with the password {demo.PASSWORD}:")
        for user in users:
            role = ", ".join(group.name for group in user.groups.all()) or "Administrator"
            self.stdout.write(f"  {user.username:8}{user.get_full_name()}, {role}")
