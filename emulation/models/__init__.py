from .attachments import Attachment
from .campaigns import Campaign, CampaignIndicator, CampaignJoin, CampaignKind, CampaignScope, Organisation
from .catalogue import Area, ChecklistItem, ChecklistTemplate, Grade, GradeScale, Indicator
from .comments import Comment
from .corrections import Correction, FigureRequest
from .demo import DemoLogin
from .documents import Document, Receipt
from .evidence import Evidence
from .feeds import Feed
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
from .notices import Notice, ReminderMail
from .plausibility import Acknowledgement, CheckRule
from .pledges import Amendment, Cluster, RegisteredTitle, RegistrationVersion
from .reports import Report, ReportEvent, ReportVersion, Result, ResultChange, ResultItem, ReturnedLine
from .review_reports import Phrase, ReviewEvent, ReviewParagraph, ReviewReport
from .rounds import Extension, Lineage, Round
from .summaries import Summary
from .targets import Registration, RegistrationEvent, Target, TargetChange
from .verdicts import OfficeVerdict
from .workbooks import WorkbookUpload

__all__ = [
    "Acknowledgement",
    "Amendment",
    "Area",
    "Attachment",
    "Campaign",
    "CampaignIndicator",
    "CampaignJoin",
    "CampaignKind",
    "CampaignScope",
    "CheckRule",
    "ChecklistItem",
    "ChecklistTemplate",
    "Cluster",
    "Comment",
    "ContestEntry",
    "Correction",
    "DemoLogin",
    "Document",
    "Evidence",
    "Feed",
    "FigureRequest",
    "Extension",
    "Grade",
    "GradeScale",
    "Indicator",
    "InitiativeWork",
    "Lineage",
    "Notice",
    "OfficeVerdict",
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
    "WorkAuthor",
    "WorkEvent",
    "WorkbookUpload",
]
