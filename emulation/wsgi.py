"""WSGI entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from emulation.environment import refuse_wrong_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "emulation.settings")
refuse_wrong_settings(4)  # gunicorn's status for an application that cannot be loaded: it does not try again
application = get_wsgi_application()
