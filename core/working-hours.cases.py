"""Reference of core/working-hours.test.ts, minute by minute: python3 core/working-hours.cases.py > core/working-hours.cases.json

Made with CPython 3.11.7 and its zoneinfo, time zones of tzdata 2025b.
"""
import json, random
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo
random.seed(5)
zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago"]
windows = [("09:00", "17:00", [1, 2, 3, 4, 5]), ("22:00", "06:00", [1, 2, 3, 4, 5]), ("08:30", "12:15", [2, 6]), ("00:00", "00:00", [1, 2, 3, 4, 5, 6, 7])]
# around the days on which clocks change in 2026, and elsewhere in the year
anchors = [datetime(2026, m, d, tzinfo=timezone.utc) for m, d in [(2, 14), (3, 7), (3, 28), (4, 4), (7, 1), (10, 3), (10, 24), (10, 31), (12, 30)]]
def m(t): return int(t[:2]) * 60 + int(t[3:])
def works(at, start, end, days):
    t, day = at.hour * 60 + at.minute, at.isoweekday()
    if start < end: return day in days and start <= t < end
    return (day in days and t >= start) or (((day - 2) % 7 + 1) in days and t < end)
rows = []
for zone in zones:
    for start, end, days in windows:
        for anchor in random.sample(anchors, 4):
            at = anchor + timedelta(minutes=random.randrange(2 * 1440))
            minutes = random.choice([1, 7, 90, 480, 1441, 3000])
            left, t, z = minutes, at, ZoneInfo(zone)
            while left:
                if works(t.astimezone(z), m(start), m(end), days): left -= 1
                t += timedelta(minutes=1)
            rows.append([zone, start, end, "".join(map(str, days)), at.strftime("%Y-%m-%dT%H:%MZ"), minutes, t.strftime("%Y-%m-%dT%H:%MZ")])
print("[\n" + ",\n".join("  " + json.dumps(r) for r in rows) + "\n]")
