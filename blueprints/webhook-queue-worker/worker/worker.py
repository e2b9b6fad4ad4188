import json
import os
import urllib.request
from urllib.parse import quote

RECEIPTS = os.environ['RECEIPTS']


def handler(event, context):
    """Works on one order and leaves a receipt. Called by its id, the receipt of a second attempt is the same object."""
    for record in event['Records']:
        order = json.loads(record['body'])
        if order['item'] == 'coffee':
            # Fails each time: after the last attempt the order is in the queue for those.
            raise RuntimeError(f"{order['id']}: there is no coffee")
        put(f"{order['id']}.txt", f"{order['quantity']} x {order['item']}\n")
        print(f"done {order['id']}")


def put(key, text):
    address = f"{os.environ['FOB_URL']}/v1/buckets/{RECEIPTS}/objects/{quote(key)}"
    headers = {'Content-Type': 'text/plain; charset=utf-8'}
    urllib.request.urlopen(urllib.request.Request(address, text.encode(), headers, method='PUT')).close()
