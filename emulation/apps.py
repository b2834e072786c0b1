from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EmulationConfig(AppConfig):
    name = "emulation"
    verbose_name = _("Emulation")

    def ready(self) -> None:
        from django.core.checks import register

        from emulation.deployment import check_deployment
        from emulation.feeds import add_source
        from emulation.reports import (
            activities,
            assessments,
            examples,
            incidents,
            initiatives,
            tree_changes,
            weak_points,
            work,
        )
        from emulation.reports.amendments import amendment_tasks
        from emulation.reports.assessment_feeds import FEEDS
        from emulation.reports.documents import receipt_tasks
        from emulation.reports.inspections import inspection_tasks
        from emulation.reports.joins import join_tasks
        from emulation.reports.moves import of_move
        from emulation.reports.openings import launch_tasks, register_tasks
        from emulation.reports.unfed import unfed_tasks
        from emulation.reports.vacancies import remarks
        from emulation.services.catalogue import load_emulation
        from emulation.services.rounds import follow_tree, hold_sheets
        from units.catalogue import after_catalogue
        from units.reports import dissolution, moves
        from units.services import after_tree_change, before_tree_change, taking_back
        from units.views import tree

        register(check_deployment, deploy=True)
        after_catalogue.append(load_emulation)
        before_tree_change.append(hold_sheets)
        after_tree_change.append(follow_tree)
        tree.REMARKS.append(remarks)
        dissolution.SOURCES.append(tree_changes.of_dissolution)
        moves.SOURCES.append(of_move)
        taking_back.what_rests.append(tree_changes.resting_on)
        work.SOURCES.extend([receipt_tasks, join_tasks, amendment_tasks])
        work.SOURCES.extend([launch_tasks, register_tasks])
        work.SOURCES.extend([weak_points.weak_point_tasks, inspection_tasks])
        work.SOURCES.extend([assessments.tasks, examples.tasks])
        for source in (*activities.FEEDS, *incidents.FEEDS, *FEEDS, weak_points.FEED):
            add_source(source)
        work.SOURCES.extend([activities.tasks, incidents.tasks])
        add_source(initiatives.RECOGNISED)
        add_source(initiatives.SAVED)
        work.SOURCES.extend([initiatives.tasks, unfed_tasks])
