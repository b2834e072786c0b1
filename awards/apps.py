from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AwardsConfig(AppConfig):
    name = "awards"
    verbose_name = _("Awards")

    def ready(self) -> None:
        from awards.reports.demo import seats_of
        from awards.reports.work import council_tasks, nomination_tasks, outcome_tasks, paper_tasks
        from awards.services.catalogue import load_awards
        from awards.services.demo import create_awards
        from awards.views.tables import CATALOGUES
        from emulation.reports import demo as demo_report
        from emulation.reports import work
        from emulation.services import demo
        from emulation.views import catalogue
        from units.catalogue import after_catalogue

        after_catalogue.append(load_awards)
        demo.after_seed.append(create_awards)
        demo_report.duties.append(seats_of)
        catalogue.CATALOGUES.update(CATALOGUES)
        work.SOURCES.extend([council_tasks, nomination_tasks, outcome_tasks, paper_tasks])
