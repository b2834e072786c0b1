from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EmulationConfig(AppConfig):
    name = "emulation"
    verbose_name = _("Emulation")

    def ready(self) -> None:
        from emulation.reports import work
        from emulation.reports.inspections import inspection_tasks
        from emulation.reports.weak_points import weak_point_tasks
        from emulation.services.rounds import follow_tree
        from units.services import after_tree_change

        after_tree_change.append(follow_tree)
        work.SOURCES.extend([weak_point_tasks, inspection_tasks])
