"""What the operator configures: `consortium.toml`, verified."""

from toolkit.settings.jobs import JobName, JobTimes, TimetableSettings
from toolkit.settings.loading import DEFAULT_FILE, load_communities, load_settings
from toolkit.settings.sections import GoogleSettings, MailSettings, RemindSettings
from toolkit.settings.whole import Settings

__all__ = [
    "DEFAULT_FILE",
    "GoogleSettings",
    "JobName",
    "JobTimes",
    "MailSettings",
    "RemindSettings",
    "Settings",
    "TimetableSettings",
    "load_communities",
    "load_settings",
]
