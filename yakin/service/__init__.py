"""The service that stays up all night: schedules, a worker and news in one process, and how it is asked whether it is well."""
