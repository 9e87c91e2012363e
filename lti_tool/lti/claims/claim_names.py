"""Names that the specifications fix: claims, message types, scopes, media types."""

from typing import Final

# LTI Core 1.3, section 5.3 and 5.4
_LTI: Final = "https://purl.imsglobal.org/spec/lti/claim/"
MESSAGE_TYPE: Final = _LTI + "message_type"
VERSION: Final = _LTI + "version"
DEPLOYMENT_ID: Final = _LTI + "deployment_id"
TARGET_LINK_URI: Final = _LTI + "target_link_uri"
RESOURCE_LINK: Final = _LTI + "resource_link"
ROLES: Final = _LTI + "roles"
CONTEXT: Final = _LTI + "context"
CUSTOM: Final = _LTI + "custom"
LAUNCH_PRESENTATION: Final = _LTI + "launch_presentation"
TOOL_PLATFORM: Final = _LTI + "tool_platform"
ROLE_SCOPE_MENTOR: Final = _LTI + "role_scope_mentor"
FOR_USER: Final = _LTI + "for_user"

# Assignment and Grade Services 2.0; Names and Role Provisioning Services 2.0; Deep Linking 2.0
AGS_ENDPOINT: Final = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NAMES_ROLE_SERVICE: Final = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
DEEP_LINKING_SETTINGS: Final = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
DEEP_LINKING_DATA: Final = "https://purl.imsglobal.org/spec/lti-dl/claim/data"

RESOURCE_LINK_REQUEST: Final = "LtiResourceLinkRequest"
DEEP_LINKING_REQUEST: Final = "LtiDeepLinkingRequest"
# LTI Submission Review 1.0; Moodle sends it for every grade in its gradebook, whether a tool has asked for it or not.
SUBMISSION_REVIEW_REQUEST: Final = "LtiSubmissionReviewRequest"
RESOURCE_LINK_ITEM: Final = "ltiResourceLink"
LTI_VERSION: Final = "1.3.0"

SCOPE_LINE_ITEM: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
SCOPE_LINE_ITEM_READ: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"
SCOPE_SCORE: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
SCOPE_RESULT_READ: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
SCOPE_MEMBERSHIPS: Final = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"

# Platforms compare these to the letter: Moodle 4.2 answers 400 and Open edX 406 or 415 to `application/json`.
LINE_ITEM_TYPE: Final = "application/vnd.ims.lis.v2.lineitem+json"
LINE_ITEMS_TYPE: Final = "application/vnd.ims.lis.v2.lineitemcontainer+json"
SCORE_TYPE: Final = "application/vnd.ims.lis.v1.score+json"
RESULTS_TYPE: Final = "application/vnd.ims.lis.v2.resultcontainer+json"
MEMBERSHIPS_TYPE: Final = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
