from .assessments import PERIODS, Assessment, AssessmentAnswer, AssessmentEvent, PartyCell
from .attachments import Attachment
from .campaigns import Campaign, CampaignIndicator, CampaignKind, CampaignScope, Document
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
from .evidence import Evidence
from .examples import Example, ExampleAdoption, ExampleFigure, ExamplePublicity, ExampleStep
from .notices import Notice, ReminderMail
from .plausibility import Acknowledgement, CheckRule
from .reports import Report, ReportEvent, ReportVersion, Result, ResultChange, ResultItem, ReturnedLine
from .review_reports import Phrase, ReviewEvent, ReviewParagraph, ReviewReport
from .rounds import Extension, Lineage, Round
from .summaries import Summary
from .targets import Registration, RegistrationEvent, Target, TargetChange
from .verdicts import OfficeVerdict
from .workbooks import WorkbookUpload

__all__ = [
    "PERIODS",
    "Acknowledgement",
    "Area",
    "Assessment",
    "AssessmentAnswer",
    "AssessmentEvent",
    "Attachment",
    "Campaign",
    "CampaignIndicator",
    "CampaignKind",
    "CampaignScope",
    "CheckRule",
    "Checklist",
    "ChecklistClass",
    "ChecklistItem",
    "ChecklistTemplate",
    "Comment",
    "Correction",
    "DemoLogin",
    "Document",
    "Evidence",
    "Example",
    "ExampleAdoption",
    "ExampleFigure",
    "ExamplePublicity",
    "ExampleStep",
    "Extension",
    "FigureRequest",
    "Grade",
    "GradeScale",
    "Indicator",
    "Lineage",
    "Notice",
    "OfficeVerdict",
    "PartyCell",
    "Phrase",
    "Registration",
    "RegistrationEvent",
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
    "Summary",
    "Target",
    "TargetChange",
    "WorkbookUpload",
]
