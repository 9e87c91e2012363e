"""Tables: columns and constraints, no queries. Import the classes from here, so that all of them are known to the metadata."""

from lti_tool.models.base import Base, UtcDateTime
from lti_tool.models.case_library import MarkedCase
from lti_tool.models.certification import Certificate, CertificateLetterhead, CertificateLogo, NameRequest, SealCertificate
from lti_tool.models.chore import ChoreRow
from lti_tool.models.content import ContentVersion
from lti_tool.models.course import Course, CourseSettingsRow, ExtendedTime, ExtraAttempt, RosterReading
from lti_tool.models.hint import LessonHint
from lti_tool.models.inquiry import Inquiry
from lti_tool.models.invite import Invite, Proposal
from lti_tool.models.learning import Attempt, AttemptItem, Completion, LessonProgress
from lti_tool.models.links import DeepLinkingRequest, LaunchedLink, OfferedItem, ResourceLink
from lti_tool.models.live import Attendance, AttendanceChange, FollowUp, LiveMeeting
from lti_tool.models.passback import (
    AccessTokenRow,
    ColumnLook,
    DatabaseIdentity,
    DeliveryEvent,
    DueScore,
    LineItemRow,
    Restoration,
    ScoreDelivery,
)
from lti_tool.models.people import Membership, Mentoring, User
from lti_tool.models.platform import Deployment, Platform, PlatformKeySet, RegistrationRow, SeenInstitution, UsedNonce
from lti_tool.models.reifegrad import ReifegradRating, ReifegradRound
from lti_tool.models.traffic import RateBucket
from lti_tool.models.workbook import Workbook, WorkbookChapter, WorkbookEdition, WorkbookFeedback, WorkbookField, WorkbookVersion

__all__ = [
    "AccessTokenRow",
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
    "ContentVersion",
    "Course",
    "CourseSettingsRow",
    "DatabaseIdentity",
    "DeepLinkingRequest",
    "DeliveryEvent",
    "Deployment",
    "DueScore",
    "ExtendedTime",
    "ExtraAttempt",
    "FollowUp",
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
