"""When workflows are due: calendars, triggers, and the moments that follow from both.

Nothing here starts anything, and only `calendars` reads files.
"""
