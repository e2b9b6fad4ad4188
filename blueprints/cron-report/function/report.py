import json
import os
import urllib.request
from urllib.parse import quote

FOB = os.environ['FOB_URL']
SOURCE, REPORTS = os.environ['SOURCE'], os.environ['REPORTS']


def callme(scheduledTime):
    """Counts what lies in a bucket and writes a report of it, named by the time that it is for: a second attempt writes the same."""
    objects = list(all_objects(SOURCE))
    size = sum(each['bytes'] for each in objects)
    text = f'{scheduledTime}: {len(objects)} objects, {size} bytes\n'
    put(REPORTS, f'{scheduledTime}.txt', text)
    print(text, end='')
    return text


def all_objects(bucket):
    after = None
    while True:
        page = get(f'/v1/buckets/{bucket}/objects' + (f'?after={quote(after)}' if after else ''))
        yield from page['objects']
        after = page.get('next')
        if after is None:
            return


def get(path):
    with urllib.request.urlopen(FOB + path) as answer:
        return json.load(answer)


def put(bucket, key, text):
    address = f'{FOB}/v1/buckets/{bucket}/objects/{quote(key)}'
    headers = {'Content-Type': 'text/plain'}
    urllib.request.urlopen(urllib.request.Request(address, text.encode(), headers, method='PUT')).close()
