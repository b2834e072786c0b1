"""Papers of awards as they were signed: their files, kept beside the paper whose readers they have."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from awards.models.councils import Session
from awards.models.decisions import Decision, Submission
from units.models import User


def random_name(row: KeptPaper, _name: str) -> str:
    return f"awards/{row.at:%Y}/{uuid4().hex}"


class KeptPaper(models.Model):
    """Word and PDF of a letter, decision, or minutes at the moment it became final. Never changed.

    Not part of `IssuedPaper`: the register is read by the whole branch above, while votes and grounds of revocation
    are for fewer. `words` of a decision are what its certificates take from layout and catalogue (see
    `awards.reports.certificates.words_of`), so that hundreds of them need no file of their own.
    """

    class What(models.TextChoices):
        LETTER = "letter", _("Letter (tờ trình)")
        WITHOUT_VOTES = "voteless", _("Letter without the votes")
        DECISION = "decision", _("Decision")
        MINUTES = "minutes", _("Minutes of the council")
        TALLY = "tally", _("Minutes of the tally")

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, null=True, related_name="kept_papers")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, null=True, related_name="kept_papers")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, null=True, related_name="kept_papers")
    what = models.CharField(_("what it is"), max_length=8, choices=What)
    word = models.FileField(upload_to=random_name, max_length=100, unique=True)
    pdf = models.FileField(upload_to=random_name, max_length=100, unique=True)
    word_sha256 = models.CharField(max_length=64)
    pdf_sha256 = models.CharField(max_length=64)
    words = models.JSONField(default=dict)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("paper as it was signed")
        verbose_name_plural = _("papers as they were signed")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(submission__isnull=False, decision=None, session=None, what__in=("letter", "voteless"))
                | Q(submission=None, decision__isnull=False, session=None, what="decision")
                | Q(submission=None, decision=None, session__isnull=False, what__in=("minutes", "tally")),
                name="keptpaper_of_one_paper",
                violation_error_message=_("A kept file belongs to one letter, one decision or one session."),
            ),
            *(
                models.UniqueConstraint(
                    fields=[owner, "what"], name=f"keptpaper_once_of_{owner}",
                    violation_error_message=_("This paper has been kept already."),
                )
                for owner in ("submission", "decision", "session")
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.get_what_display()
