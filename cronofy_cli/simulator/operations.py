"""The calls of Cronofy's API: those that the simulator does, and those that exist and are not simulated.

Data only. From the documentation and from what the five official SDKs call. Everything that is routed, logged or listed
starts from this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Operation:
    """One call."""

    name: str
    method: str
    path: str
    title: str
    docs: str = ""
    """The path of its page below docs.cronofy.com/developers/."""
    is_simulated: bool = True


_EVENTS: Final = "/v1/calendars/{calendar_id}/events"

SIMULATED: Final = (
    Operation(
        "authorize", "GET", "/oauth/authorize", "Request Authorization", "api/authorization/request-authorization"
    ),
    Operation("answer_authorize", "POST", "/oauth/authorize", "the buttons of the authorize page"),
    Operation("request_token", "POST", "/oauth/token", "Request or Refresh Token", "api/authorization/request-token"),
    Operation("revoke_token", "POST", "/oauth/token/revoke", "Revoke Authorization", "api/authorization/revoke"),
    Operation("userinfo", "GET", "/v1/userinfo", "UserInfo", "api/identity/userinfo"),
    Operation("account", "GET", "/v1/account", "Account", "api/identity/account"),
    Operation("list_profiles", "GET", "/v1/profiles", "List Profiles", "api/identity/profile"),
    Operation(
        "revoke_profile",
        "POST",
        "/v1/profiles/{profile_id}/revoke",
        "Revoke Profile",
        "api/authorization/revoke-profile",
    ),
    Operation("list_calendars", "GET", "/v1/calendars", "List Calendars", "api/calendars/list-calendars"),
    Operation("create_calendar", "POST", "/v1/calendars", "Create Calendar", "api/calendars/create-calendar"),
    Operation(
        "application_calendar",
        "POST",
        "/v1/application_calendars",
        "Application Calendars",
        "api/calendars/application-calendars",
    ),
    Operation(
        "request_permissions",
        "POST",
        "/v1/permissions",
        "Extended Permissions",
        "api/authorization/extended-permissions",
    ),
    Operation("create_channel", "POST", "/v1/channels", "Create Channel", "api/push-notifications/create-channel"),
    Operation("list_channels", "GET", "/v1/channels", "List Channels", "api/push-notifications/list-channels"),
    Operation(
        "close_channel", "DELETE", "/v1/channels/{channel_id}", "Close Channel", "api/push-notifications/close-channel"
    ),
    Operation("read_events", "GET", "/v1/events", "Read Events", "api/events/read-events"),
    Operation("events_page", "GET", "/v1/events/pages/{page_id}", "a next_page of Read Events"),
    Operation("delete_events", "DELETE", "/v1/events", "Bulk Delete Events", "api/events/bulk-delete-events"),
    Operation("free_busy", "GET", "/v1/free_busy", "Free/Busy", "api/events/free-busy"),
    Operation("free_busy_page", "GET", "/v1/free_busy/pages/{page_id}", "a next_page of Free/Busy"),
    Operation("write_event", "POST", _EVENTS, "Create or Update Event, Edit External Event", "api/events/upsert-event"),
    Operation("delete_event", "DELETE", _EVENTS, "Delete Event, Delete External Event", "api/events/delete-event"),
    Operation(
        "answer_invitation",
        "POST",
        f"{_EVENTS}/{{event_uid}}/participation_status",
        "Participation Status",
        "api/events/participation-status",
    ),
    Operation("batch", "POST", "/v1/batch", "Batch", "api/batch"),
    Operation(
        "write_smart_invite", "POST", "/v1/smart_invites", "Smart Invites", "api/smart-invites/create-smart-invite"
    ),
    Operation(
        "read_smart_invite", "GET", "/v1/smart_invites", "Smart Invite Status", "api/smart-invites/invite-status"
    ),
    Operation("availability", "POST", "/v1/availability", "Availability", "api/scheduling/availability"),
)
"""The calls that are answered as Cronofy answers them."""

PAGES: Final = (
    Operation("show_relink", "GET", "/relink/{profile_id}", "the page behind profile_relink_url"),
    Operation("relink", "POST", "/relink", "its button"),
    Operation("show_permissions", "GET", "/permissions/{request_id}", "the page behind permissions_request.url"),
    Operation("answer_permissions", "POST", "/permissions", "its buttons"),
)
"""Pages for people that Cronofy's app host serves."""

PAGE: Final = (
    Operation("show_page", "GET", "/", "the page for people"),
    Operation("page_file", "GET", "/page/{name}", "a file of the page"),
    Operation("shared_page_file", "GET", "/page/shared/{name}", "a file that all pages share"),
)
"""The page for people at the root of each world, which Cronofy has not."""


def _beyond(method: str, path: str, title: str, docs: str = "") -> Operation:
    return Operation("", method, path, title, docs, is_simulated=False)


NOT_SIMULATED: Final = (
    _beyond("POST", "/v1/sequenced_availability", "Sequenced Availability"),
    _beyond("POST", "/v1/real_time_scheduling", "Real-Time Scheduling"),
    _beyond("GET", "/v1/real_time_scheduling", "Real-Time Scheduling status"),
    _beyond("GET", "/v1/real_time_scheduling/{id}", "Real-Time Scheduling status"),
    _beyond("POST", "/v1/real_time_scheduling/{id}/disable", "disabling a Real-Time Scheduling link"),
    _beyond("POST", "/v1/real_time_sequencing", "Real-Time Sequencing"),
    _beyond("POST", "/v1/real_time_sequencing/{id}/disable", "disabling a Real-Time Sequencing link"),
    _beyond("POST", "/v1/available_periods", "Available Periods"),
    _beyond("GET", "/v1/available_periods", "Available Periods"),
    _beyond("DELETE", "/v1/available_periods", "Available Periods"),
    _beyond("POST", "/v1/availability_rules", "Availability Rules"),
    _beyond("GET", "/v1/availability_rules", "Availability Rules"),
    _beyond("GET", "/v1/availability_rules/{id}", "Availability Rules"),
    _beyond("DELETE", "/v1/availability_rules/{id}", "Availability Rules"),
    _beyond("POST", "/v1/add_to_calendar", "Add To Calendar"),
    _beyond("POST", "/v1/element_tokens", "Element Tokens"),
    _beyond("POST", "/v1/conferencing_service_authorizations", "Conferencing Service Authorizations"),
    _beyond("POST", "/v1/service_account_authorizations", "Enterprise Connect delegated access"),
    _beyond("GET", "/enterprise_connect/oauth/authorize", "Enterprise Connect authorization"),
    _beyond("GET", "/v1/resources", "Resources"),
    _beyond("POST", "/v1/delegated_authorizations", "Delegated Authorizations"),
    _beyond("GET", "/v1/accessible_calendars", "Accessible Calendars"),
    _beyond("POST", "/v1/link_tokens", "Link Tokens"),
    _beyond("POST", "/v1/bookable_events", "Bookable Events"),
    _beyond("GET", "/v1/bookable_events/{id}", "Bookable Events"),
    _beyond("POST", "/v1/bookable_events/{id}/registrations", "Bookable Events"),
    _beyond("DELETE", "/v1/bookable_events/{id}/registrations/{registration_id}", "Bookable Events"),
    _beyond("POST", "/v1/scheduling_conversations", "Scheduling Conversations"),
    _beyond("GET", "/v1/scheduling_conversations", "Scheduling Conversations"),
    _beyond("GET", "/v1/scheduling_conversations/{id}", "Scheduling Conversations"),
    _beyond("POST", "/v1/attachments", "Attachments", "api/attachments/create"),
    _beyond("POST", "/v1/application_verification", "Application Verification"),
    _beyond("POST", "/v1/applications", "Applications"),
    _beyond("POST", "/v1/meeting_agents", "Meeting Agents", "api/meeting-agents"),
    _beyond("GET", "/v1/meeting_agents/{id}", "Meeting Agents", "api/meeting-agents"),
)
"""The calls that exist at Cronofy and are answered with 501 here."""

API: Final = (*SIMULATED, *PAGES, *NOT_SIMULATED)
