"""`python -m tests.bench`: the application is set up before what measures it is imported."""

import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "emulation.settings")
    django.setup()
    from tests.bench.measuring import main

    main()
