from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class AwardsConfig(AppConfig):
    name = "awards"
    verbose_name = _("Awards")

    def ready(self) -> None:
        from awards.changes import after_migrations, before_migrations
        from awards.reports.book import awarded_in
        from awards.reports.demo import seats_of
        from awards.reports.examples import awards_lines
        from awards.reports.paper_kinds import PAPERS
        from awards.reports.titles import titles_on
        from awards.reports.tree_changes import of_move, resting_on
        from awards.reports.work import (
            agenda_tasks,
            council_tasks,
            nomination_tasks,
            outcome_tasks,
            paper_tasks,
            review_tasks,
        )
        from awards.services.demo import create_awards
        from awards.services.loading import load_awards
        from awards.states import AWARD_STATES
        from awards.views.catalogues import AWARDS, CATALOGUES
        from awards.views.grants import OF_PERSON
        from emulation import offered_titles
        from emulation.reports import demo as demo_report
        from emulation.reports import examples, work
        from emulation.reports.five_years import COUNTED
        from emulation.reports.paper_kinds import KINDS
        from emulation.services import demo
        from emulation.states import STATES
        from emulation.views import catalogue
        from units.catalogue import after_catalogue
        from units.reports import moves
        from units.services import taking_back
        from units.views import persons

        pre_migrate.connect(before_migrations, sender=self)
        post_migrate.connect(after_migrations, sender=self)
        COUNTED.append(awarded_in)
        KINDS.update({kind.key: kind for kind in PAPERS})
        STATES.update(AWARD_STATES)
        after_catalogue.append(load_awards)
        offered_titles.SOURCES.append(titles_on)
        demo.after_seed.append(create_awards)
        demo_report.duties.append(seats_of)
        catalogue.CATALOGUES.update(CATALOGUES)
        catalogue.PAGES.append(AWARDS)
        persons.LINKS.append(OF_PERSON)
        work.SOURCES.extend([agenda_tasks, council_tasks, nomination_tasks, outcome_tasks, paper_tasks, review_tasks])
        examples.awards_of.append(awards_lines)
        taking_back.what_rests.append(resting_on)
        moves.SOURCES.append(of_move)
