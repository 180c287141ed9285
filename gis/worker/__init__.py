"""The worker: consumers of the log, jobs and clocks of the whole house in one process."""
