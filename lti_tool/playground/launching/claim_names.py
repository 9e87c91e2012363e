"""Names of claims, scopes, roles, message and media types, as LTI 1.3 and its services write them."""

_LTI = "https://purl.imsglobal.org/spec/lti/claim/"
_DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"

# LTI Core 1.3, section 5.3 and 5.4
MESSAGE_TYPE = f"{_LTI}message_type"
VERSION = f"{_LTI}version"
DEPLOYMENT_ID = f"{_LTI}deployment_id"
TARGET_LINK_URI = f"{_LTI}target_link_uri"
RESOURCE_LINK = f"{_LTI}resource_link"
ROLES = f"{_LTI}roles"
CONTEXT = f"{_LTI}context"
TOOL_PLATFORM = f"{_LTI}tool_platform"
LAUNCH_PRESENTATION = f"{_LTI}launch_presentation"
LIS = f"{_LTI}lis"
CUSTOM = f"{_LTI}custom"
EXT = f"{_LTI}ext"
FOR_USER = f"{_LTI}for_user"
BASIC_OUTCOME = "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome"

RESOURCE_LINK_REQUEST = "LtiResourceLinkRequest"
DEEP_LINKING_REQUEST = "LtiDeepLinkingRequest"
SUBMISSION_REVIEW_REQUEST = "LtiSubmissionReviewRequest"
DEEP_LINKING_RESPONSE = "LtiDeepLinkingResponse"

# Services
AGS_ENDPOINT = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
DEEP_LINKING_SETTINGS = f"{_DEEP_LINKING}deep_linking_settings"
CONTENT_ITEMS = f"{_DEEP_LINKING}content_items"
DATA = f"{_DEEP_LINKING}data"

# Dynamic registration
TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"

SCOPE_LINE_ITEM = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
SCOPE_LINE_ITEM_READONLY = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"
SCOPE_RESULT_READONLY = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
SCOPE_SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
SCOPE_MEMBERSHIPS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
AGS_SCOPES = (SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READONLY, SCOPE_RESULT_READONLY, SCOPE_SCORE)
ALL_SCOPES = (*AGS_SCOPES, SCOPE_MEMBERSHIPS)

MEMBERSHIP_ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
ROLE_LEARNER = f"{MEMBERSHIP_ROLE}Learner"
ROLE_INSTRUCTOR = f"{MEMBERSHIP_ROLE}Instructor"
ROLE_SYSTEM_ADMINISTRATOR = "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator"
ROLE_INSTITUTION_ADMINISTRATOR = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator"

MEDIA_LINE_ITEM = "application/vnd.ims.lis.v2.lineitem+json"
MEDIA_LINE_ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
MEDIA_SCORE = "application/vnd.ims.lis.v1.score+json"
MEDIA_RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
MEDIA_MEMBERSHIPS = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"

CLIENT_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
