"""Tables: columns and constraints, no queries. Import the classes from here, so that all of them are known to the metadata."""

from lti_tool.models.base import Base, UtcDateTime
from lti_tool.models.certification import Certificate, CertificateLetterhead, CertificateLogo, NameRequest, SealCertificate
from lti_tool.models.chore import Chore
from lti_tool.models.content import ContentVersion
from lti_tool.models.course import Course, CourseSettings, ExtendedTime, ExtraAttempt, RosterReading
from lti_tool.models.hint import LessonHint
from lti_tool.models.inquiry import Inquiry
from lti_tool.models.invite import Invite, Proposal
from lti_tool.models.learning import Attempt, AttemptItem, Completion, LessonProgress
from lti_tool.models.links import DeepLinkingRequest, LaunchedLink, OfferedItem, ResourceLink
from lti_tool.models.live import Attendance, AttendanceChange, FollowUp, LiveMeeting
from lti_tool.models.passback import (
    AccessToken,
    ColumnLook,
    DatabaseIdentity,
    DeliveryEvent,
    DueScore,
    LineItem,
    Restoration,
    ScoreDelivery,
)
from lti_tool.models.people import Membership, Mentoring, User
from lti_tool.models.platform import Deployment, Platform, PlatformKeySet, Registration, SeenInstitution, UsedNonce
from lti_tool.models.reifegrad import ReifegradRating, ReifegradRound
from lti_tool.models.traffic import RateBucket
from lti_tool.models.workbook import Workbook, WorkbookChapter, WorkbookEdition, WorkbookFeedback, WorkbookField, WorkbookVersion

__all__ = [
    "AccessToken",
    "Attempt",
    "AttemptItem",
    "Attendance",
    "AttendanceChange",
    "Base",
    "Certificate",
    "CertificateLetterhead",
    "CertificateLogo",
    "Chore",
    "ColumnLook",
    "Completion",
    "ContentVersion",
    "Course",
    "CourseSettings",
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
    "LineItem",
    "LiveMeeting",
    "Membership",
    "Mentoring",
    "NameRequest",
    "OfferedItem",
    "Platform",
    "PlatformKeySet",
    "Proposal",
    "RateBucket",
    "Registration",
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
