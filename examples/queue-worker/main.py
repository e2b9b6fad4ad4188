import json
import os

import fob


def handler(event, context):
    """Takes a batch of orders. Those that fail are named, and come again alone; the others are done."""
    failures = []
    for record in event['Records']:
        try:
            order = json.loads(record['body'])
            cents = to_cents(order['amount'])
        except (ValueError, KeyError) as error:
            print(f"{record['messageId']} failed: {error!r}")
            failures.append({'itemIdentifier': record['messageId']})
        else:
            # Leaves when the order counts as done, and only then.
            fob.send('invoices', {'order': order['id'], 'cents': cents}, id=str(order['id']))
    print(f"{len(event['Records']) - len(failures)} of {len(event['Records'])} done")
    return {'batchItemFailures': failures}


def to_cents(amount):
    if os.environ.get('DECIMAL_COMMA') == 'yes':
        amount = amount.replace(',', '.')
    return round(float(amount) * 100)
