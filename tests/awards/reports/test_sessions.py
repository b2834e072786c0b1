"""What the pages of sessions show of nominations."""

from datetime import date

from awards.models import Attestation, Nomination
from awards.reports.sessions import findings_for
from awards.reports.snapshots import findings_of
from tests.factories import YEAR, make_award, make_criterion, make_dossier, make_nomination, make_person


def test_grounds_of_attestations_are_for_who_judges_people(depot, staff, reviewer, outsider):
    award, person = make_award(), make_person(depot)
    asked = make_criterion(award, text="Kiểm tra")
    Attestation.objects.create(award=award, criterion=asked, person=person, year=YEAR, evidence="Biên bản", by=staff)
    line = make_nomination(make_dossier(depot, staff), award, person)
    line.findings = findings_of([line], YEAR, date(YEAR, 12, 31))[line.pk]

    def read(user, judges=False):
        return [leaf["actual"] for leaf in findings_for(line, user, judges=judges)["leaves"]]

    assert (read(reviewer), read(outsider, judges=True), read(outsider)) == (["Biên bản"], ["Biên bản"], [""])
    assert findings_for(Nomination(dossier=line.dossier), reviewer, judges=True) is None
