"""Dates and times of the admin as everywhere else in this service: ISO order, 24 hours, to the second."""

DATE_FORMAT = "Y-m-d"
TIME_FORMAT = "H:i:s"
DATETIME_FORMAT = "Y-m-d H:i:s"
