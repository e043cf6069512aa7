"""Who may use what: classes of users, what each licence allows them, and why."""
