#!/usr/bin/env python
"""Command line of the project."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "emulation.settings")
    from django.core.management import execute_from_command_line

    from emulation.environment import refuse_wrong_settings

    refuse_wrong_settings()
    execute_from_command_line(sys.argv)
