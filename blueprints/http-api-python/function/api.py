import base64
import json
import os
import re

import fob
from order import Order
from pydantic import ValidationError

SPACE, API_PATH = os.environ.get('SPACE', 'orders'), os.environ.get('API_PATH', '/orders')


def handler(event, context):
    id = event['pathParameters']['id']
    if not re.fullmatch('[A-Za-z0-9-]{1,64}', id):
        return answer(400, {'error': 'an id has letters, digits and -, 64 at most'})
    return put(id, event) if event['requestContext']['http']['method'] == 'PUT' else get(id)


def put(id, event):
    """The caller chooses the id: a request that is repeated, because its answer was lost, makes no second order."""
    body = event.get('body') or ''
    text = base64.b64decode(body) if event.get('isBase64Encoded') else body
    try:
        order = Order.model_validate_json(text)
    except ValidationError as error:
        faults = [{'field': '.'.join(map(str, each['loc'])), 'message': each['msg']} for each in error.errors()]
        return answer(422, {'error': 'this is no order', 'faults': faults})
    before = fob.kv.get(SPACE, id)
    fob.kv.put(SPACE, id, json.dumps({**order.model_dump(exclude_none=True), 'total': order.total}))
    return answer(201 if before is None else 200, {'id': id, 'total': order.total}, {'location': f'{API_PATH}/{id}'})


def get(id):
    order = fob.kv.get(SPACE, id)
    return answer(404, {'error': 'there is no such order'}) if order is None else answer(200, json.loads(order))


def answer(status, body, headers={}):
    return {'statusCode': status, 'headers': {'content-type': 'application/json', **headers}, 'body': json.dumps(body)}
