"""Rules of passwords whose messages Django does not have in Vietnamese."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class MinimumLength(MinimumLengthValidator):
    def get_error_message(self) -> str:
        return _("This password is too short. Use at least %(number)d characters.") % {"number": self.min_length}

    def get_help_text(self) -> str:
        return _("Use at least %(number)d characters.") % {"number": self.min_length}
