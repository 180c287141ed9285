#!/usr/bin/env python
"""Django's command line for Wangge."""

import os
import sys


def main() -> None:
    """Runs one command; finds the private cluster by itself (see gis/settings.py)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
