from .activities import Activity, ActivityGroup, ActivityKind
from .assessments import PERIODS, AnswerChange, Assessment, AssessmentAnswer, AssessmentEvent, PartyCell
from .attachments import Attachment
from .campaigns import Campaign, CampaignIndicator, CampaignJoin, CampaignKind, CampaignScope, Organisation
from .catalogue import (
    Area,
    Checklist,
    ChecklistClass,
    ChecklistItem,
    ChecklistTemplate,
    Grade,
    GradeScale,
    Indicator,
)
from .comments import Comment
from .corrections import Correction, FigureRequest
from .demo import DemoLogin
from .documents import Document, Receipt
from .evidence import Evidence
from .examples import Example, ExampleAdoption, ExampleFigure, ExamplePublicity, ExampleStep
from .feeds import Feed, Unfed, UnfedItem
from .incidents import Incident, IncidentEvent, IncidentGravity, IncidentKind, IncidentPerson, IncidentStatement
from .initiatives import (
    ContestEntry,
    InitiativeWork,
    Recognition,
    Score,
    ScoreCriterion,
    ScoreSheet,
    ScoreTemplate,
    WorkAuthor,
    WorkEvent,
)
from .inspections import InspectedUnit, Inspection, InspectionEvent, InspectionFinding, InspectionItem
from .issued_papers import IssuedPaper
from .layouts import LayoutProfile, PaperTemplate
from .notices import Notice, ReminderMail
from .plausibility import Acknowledgement, CheckRule
from .pledges import Amendment, Cluster, RegisteredTitle, RegistrationVersion
from .reports import Report, ReportEvent, ReportVersion, Result, ResultChange, ResultItem, ReturnedLine
from .review_reports import Phrase, ReviewEvent, ReviewParagraph, ReviewReport
from .rounds import Extension, Lineage, Round
from .summaries import Summary
from .targets import Registration, RegistrationEvent, Target, TargetChange
from .verdicts import OfficeVerdict
from .weak_points import Breakthrough, WeakPoint, WeakPointEvent
from .workbooks import WorkbookUpload

__all__ = [
    "PERIODS",
    "Activity",
    "ActivityGroup",
    "ActivityKind",
    "Acknowledgement",
    "Amendment",
    "AnswerChange",
    "Area",
    "Assessment",
    "AssessmentAnswer",
    "AssessmentEvent",
    "Attachment",
    "Breakthrough",
    "Campaign",
    "CampaignIndicator",
    "CampaignJoin",
    "CampaignKind",
    "CampaignScope",
    "CheckRule",
    "Checklist",
    "ChecklistClass",
    "ChecklistItem",
    "ChecklistTemplate",
    "Cluster",
    "Comment",
    "ContestEntry",
    "Correction",
    "DemoLogin",
    "Document",
    "Evidence",
    "Example",
    "ExampleAdoption",
    "ExampleFigure",
    "ExamplePublicity",
    "ExampleStep",
    "Feed",
    "Unfed",
    "UnfedItem",
    "FigureRequest",
    "Extension",
    "FigureRequest",
    "Grade",
    "GradeScale",
    "Incident",
    "IncidentEvent",
    "IncidentGravity",
    "IncidentKind",
    "IncidentPerson",
    "IncidentStatement",
    "Indicator",
    "InspectedUnit",
    "Inspection",
    "InspectionEvent",
    "InspectionFinding",
    "InspectionItem",
    "IssuedPaper",
    "LayoutProfile",
    "Lineage",
    "Notice",
    "OfficeVerdict",
    "PartyCell",
    "PaperTemplate",
    "InitiativeWork",
    "Organisation",
    "Phrase",
    "Receipt",
    "Recognition",
    "RegisteredTitle",
    "Registration",
    "RegistrationEvent",
    "RegistrationVersion",
    "ReminderMail",
    "Report",
    "ReportEvent",
    "ReportVersion",
    "Result",
    "ResultChange",
    "ResultItem",
    "ReturnedLine",
    "ReviewEvent",
    "ReviewParagraph",
    "ReviewReport",
    "Round",
    "Score",
    "ScoreCriterion",
    "ScoreSheet",
    "ScoreTemplate",
    "Summary",
    "Target",
    "TargetChange",
    "WeakPoint",
    "WeakPointEvent",
    "WorkAuthor",
    "WorkEvent",
    "WorkbookUpload",
]
