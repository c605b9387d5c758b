"""The application as a server of the tests runs it: without DEBUG, as in production, but without collected files."""

import os

os.environ |= {"DEBUG": "1", "DJANGO_SETTINGS_MODULE": "crm.settings"}

from django.conf import settings

settings.DEBUG = False

from crm.wsgi import application  # noqa: E402, F401
