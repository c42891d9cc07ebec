"""What the operator configures: `consortium.toml`, verified."""

from toolkit.settings.jobs import JobName, JobTimes, TimetableSettings
from toolkit.settings.loading import DEFAULT_FILE, Settings, load_settings
from toolkit.settings.sections import GoogleSettings, MailSettings, RemindSettings

__all__ = [
    "DEFAULT_FILE",
    "GoogleSettings",
    "JobName",
    "JobTimes",
    "MailSettings",
    "RemindSettings",
    "Settings",
    "TimetableSettings",
    "load_settings",
]
