"""Reference of core/calendar.test.ts: python3 core/calendar.cases.py > core/calendar.cases.json

Made with CPython 3.11.7 and its zoneinfo, time zones of tzdata 2025b. Each row: a window, a moment, and the end of what holds then, or null.
Beginnings and ends become moments by PEP 495: a time that clocks skip by the offset before, of two the second.
"""
import json, random, sys
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo
random.seed(23)
zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago"]
windows = [([5], "18:00", "06:00", 1), ([1, 2, 3, 4], "16:30", "09:00", None), ([6, 7], "00:00", "00:00", None), ([7], "01:30", "02:30", None), ([6], "02:30", "02:30", 7), ([3], "10:00", "12:00", 3)]
anchors = [datetime(2026, m, d, tzinfo=timezone.utc) for m, d in [(3, 7), (3, 28), (4, 4), (7, 1), (10, 3), (10, 24), (10, 31)]]
def moment(z, day, time):
    wall = datetime(day.year, day.month, day.day, int(time[:2]), int(time[3:]), tzinfo=z)
    one, two = wall.replace(fold=0), wall.replace(fold=1)
    gap = one.utcoffset() < two.utcoffset()  # fold 0 reads a skipped time by the offset before; fold 1 is the second of two
    return (one if gap else two).astimezone(timezone.utc)
rows = []
for zone in zones:
    z = ZoneInfo(zone)
    for days, start, end, to_day in windows:
        for anchor in random.sample(anchors, 5):
            at = anchor + timedelta(minutes=random.randrange(2 * 1440))
            ends = None
            day = at.astimezone(z).date() - timedelta(days=9)
            while day <= at.astimezone(z).date() + timedelta(days=1):
                if day.isoweekday() in days:
                    last = day
                    if to_day is None: last += timedelta(days=0 if end > start else 1)
                    elif last.isoweekday() == to_day: last += timedelta(days=0 if end > start else 7)
                    else:
                        while last.isoweekday() != to_day: last += timedelta(days=1)
                    b, e = moment(z, day, start), moment(z, last, end)
                    # the next window may begin where this one ends
                    if b <= at < e or (ends is not None and b <= ends < e): ends = max(ends or e, e)
                day += timedelta(days=1)
            f = lambda t: t and t.strftime("%Y-%m-%dT%H:%M:00.000Z")
            rows.append([zone, days, start, end, to_day, f(at), f(ends)])
print("[\n" + ",\n".join("  " + json.dumps(r) for r in rows) + "\n]")
print(sys.version.split()[0], file=sys.stderr)
