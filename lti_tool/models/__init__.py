"""Tables: columns and constraints, no queries. Import the classes from here, so that all of them are known to the metadata."""

from lti_tool.models.base import Base, UtcDateTime
from lti_tool.models.chore import ChoreRow
from lti_tool.models.concern import Concern
from lti_tool.models.course import Course, CourseSettingsRow, ExtendedTime, ExtraAttempt, RosterReading
from lti_tool.models.learning_tables.case_library import MarkedCase
from lti_tool.models.learning_tables.certification import (
    Certificate,
    CertificateLetterhead,
    CertificateLogo,
    NameRequest,
    SealCertificate,
)
from lti_tool.models.learning_tables.content import ContentVersion
from lti_tool.models.learning_tables.hint import LessonHint
from lti_tool.models.learning_tables.learning import Attempt, AttemptItem, Completion, LessonProgress, TransferNote
from lti_tool.models.learning_tables.live import Attendance, AttendanceChange, FollowUp, LiveMeeting
from lti_tool.models.learning_tables.reifegrad import ReifegradRating, ReifegradRound
from lti_tool.models.learning_tables.survey import (
    AnswerCount,
    AnswerSheet,
    Envelope,
    FreeText,
    SurveyParticipation,
    SurveyReader,
    SurveyRound,
    SurveyTicket,
)
from lti_tool.models.learning_tables.workbook import (
    Workbook,
    WorkbookChapter,
    WorkbookEdition,
    WorkbookFeedback,
    WorkbookField,
    WorkbookVersion,
)
from lti_tool.models.people import Membership, Mentoring, User
from lti_tool.models.platform_tables.inquiry import Inquiry
from lti_tool.models.platform_tables.invite import Invite, Proposal
from lti_tool.models.platform_tables.links import DeepLinkingRequest, LaunchedLink, OfferedItem, ResourceLink
from lti_tool.models.platform_tables.passback import (
    AccessTokenRow,
    ColumnLook,
    DatabaseIdentity,
    DeliveryEvent,
    DueScore,
    LineItemRow,
    Restoration,
    ScoreDelivery,
)
from lti_tool.models.platform_tables.platform import (
    Deployment,
    Platform,
    PlatformKeySet,
    RegistrationRow,
    SeenInstitution,
    UsedNonce,
)
from lti_tool.models.platform_tables.traffic import RateBucket

__all__ = [
    "AccessTokenRow",
    "AnswerCount",
    "AnswerSheet",
    "Attempt",
    "AttemptItem",
    "Attendance",
    "AttendanceChange",
    "Base",
    "Certificate",
    "CertificateLetterhead",
    "CertificateLogo",
    "ChoreRow",
    "ColumnLook",
    "Completion",
    "Concern",
    "ContentVersion",
    "Course",
    "CourseSettingsRow",
    "DatabaseIdentity",
    "DeepLinkingRequest",
    "DeliveryEvent",
    "Deployment",
    "DueScore",
    "Envelope",
    "ExtendedTime",
    "ExtraAttempt",
    "FollowUp",
    "FreeText",
    "Inquiry",
    "Invite",
    "LaunchedLink",
    "LessonHint",
    "LessonProgress",
    "LineItemRow",
    "LiveMeeting",
    "MarkedCase",
    "Membership",
    "Mentoring",
    "NameRequest",
    "OfferedItem",
    "Platform",
    "PlatformKeySet",
    "Proposal",
    "RateBucket",
    "RegistrationRow",
    "ReifegradRating",
    "ReifegradRound",
    "ResourceLink",
    "Restoration",
    "RosterReading",
    "ScoreDelivery",
    "SealCertificate",
    "SeenInstitution",
    "SurveyParticipation",
    "SurveyReader",
    "SurveyRound",
    "SurveyTicket",
    "TransferNote",
    "UsedNonce",
    "User",
    "UtcDateTime",
    "Workbook",
    "WorkbookChapter",
    "WorkbookEdition",
    "WorkbookFeedback",
    "WorkbookField",
    "WorkbookVersion",
]
