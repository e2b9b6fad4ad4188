import json
import os

import fob

SPACE, HIGH = os.environ['SPACE'], os.environ['HIGH']
LIMIT = float(os.environ['LIMIT'])
WEEK_MS = 7 * 24 * 3600 * 1000


def callme(event):
    """Adds one reading to the sums of its sensor's minute. Events of one sensor come in order, so nobody else writes these."""
    sensor, minute = event['subject'], event['time'][:16]
    value = reading(event.get('data'))
    key = f'{sensor}/{minute}'
    before = fob.kv.get(SPACE, key)
    sums = json.loads(before) if before else {'count': 0, 'sum': 0, 'min': value, 'max': value}
    # An event whose run ended without anybody hearing of it comes again, and then it is the last one.
    if sums.get('last') == event['id']:
        return sums
    sums = {
        'count': sums['count'] + 1,
        'sum': sums['sum'] + value,
        'min': min(sums['min'], value),
        'max': max(sums['max'], value),
        'last': event['id'],
    }
    sums['mean'] = round(sums['sum'] / sums['count'], 3)
    if value > LIMIT:
        # Leaves when this run counts as done.
        fob.publish(HIGH, {'sensor': sensor, 'value': value, 'limit': LIMIT, 'at': event['time']}, id=event['id'])
    fob.kv.put(SPACE, key, json.dumps(sums), ttl_ms=WEEK_MS)
    return sums


def reading(data):
    """A bare number, or a document with the number as `value`."""
    value = data.get('value') if isinstance(data, dict) else data
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError(f'{data!r} is no reading: send a number, or {{"value": 21.5}}') from None
