"""How many cases came and were closed, by day, hour, grid, category and severity: read by charts, made from the log."""

from __future__ import annotations

from django.db import models


class IncidentCount(models.Model):
    """One cell of the count; `day` and `hour` are those of Asia/Shanghai. `grid` is the finest area a case shows."""

    day = models.DateField()
    hour = models.PositiveSmallIntegerField()
    grid = models.CharField(max_length=15, blank=True)
    category = models.CharField(max_length=1)
    severity = models.PositiveSmallIntegerField()
    reported = models.PositiveIntegerField(default=0)
    closed = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "incidents_count"
        constraints = [
            models.UniqueConstraint(
                fields=["day", "hour", "grid", "category", "severity"], name="incidents_count_one_cell"
            )
        ]
