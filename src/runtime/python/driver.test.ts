import { driverConformance, type Fixture } from '../driver.conformance.ts';
import { pythonRuntime } from './runtime.ts';

function main(source: string, handler = 'main.callme'): Fixture {
  return { files: { 'main.py': source }, handler };
}

driverConformance({
  name: 'python',
  interpreter: () => pythonRuntime.locate(),
  fixtures: {
    fortyTwo: main("def callme():\n    print('Hello serverless world!')\n    return 42\n"),
    misnamed: main('def callme(event, context):\n    return event\n'),
    add: main('def callme(param1, param2):\n    return int(param1) + int(param2)\n'),
    greet: main("def callme(greeting, name='world'):\n    return greeting + ' ' + name\n"),
    handler: main(
      `def handler(event, context):
    return {'event': event, 'id': context.aws_request_id, 'name': context.function_name,
            'remainingMs': context.get_remaining_time_in_millis(),
            'traceparent': context.traceparent, 'tracestate': context.tracestate}`,
      'main.handler',
    ),
    prints: main(`import sys
def callme():
    print('one\\ntwo')
    print('three', file=sys.stderr)
    sys.stdout.write('fo')
    sys.stdout.buffer.write(b'ur')
`),
    floods: main("def callme(size):\n    for i in range(size):\n        print('x' * 1000)\n    return 'done'\n"),
    waits: main(`import os, time
def callme(label, path):
    print('start', label)
    if path:
        time.sleep(0.005)
        while not os.path.exists(path):
            time.sleep(0.001)
    return label
`),
    waitsTogether: main(`import os, time
def callme(label, path):
    print('start', label)
    while path and not os.path.exists(path):
        time.sleep(0.001)
    return label
`),
    throws: main("# a comment\ndef callme():\n    raise Exception('boom')\n"),
    unencodable: main(`def callme(kind):
    cycle = {}
    cycle['self'] = [cycle]
    return {'nan': float('nan'), 'object': {1, 2}, 'cycle': cycle, 'nested': {'list': [1, {'deep': float('inf')}]}}[kind]
`),
    sized: main("def callme(size):\n    return 'x' * size\n"),
    bytes: main('def callme():\n    return bytes([0, 1, 255])\n'),
    takesBytes: main('def callme(data):\n    return len(data)\n'),
    stream: main("def callme():\n    yield 'a'\n    yield bytes([255])\n    yield {'n': 1}\n"),
    surroundings: main("import os\ndef callme():\n    return [os.environ['ANSWER'], os.getcwd()]\n"),
    child: main(`import subprocess
def callme():
    return subprocess.run(['readlink', '/proc/self/fd/3'], capture_output=True, text=True).stdout.strip()
`),
    sends: main(`import fob
def callme():
    fob.send('jobs', 'hello', key='k', delay_ms=5, id='i')
    fob.publish('news', {'n': 1})
    fob.invoke('other', bytes([0, 255]))
    return 'done'
`),
    sendsTogether: main(`import asyncio, os, fob
async def callme(label, path):
    while True:
        await asyncio.sleep(0.001)
        if not path or os.path.exists(path):
            break
    fob.send('jobs', label)
    return label
`),
    sendsMuch: main(`import fob
def callme(count, size):
    for i in range(count):
        fob.send('jobs', 'x' * size)
    return 'done'
`),
    sendsAtLoad: main("import fob\nfob.send('jobs', 'x')\ndef callme():\n    pass\n"),
    reaches: main(`import os, urllib.request
def callme(path):
    with urllib.request.urlopen(os.environ['FOB_URL'] + path) as answer:
        return answer.read().decode()
`),
    syntaxError: main('x = 1\ndef callme(:\n    return 1\n'),
    noEntry: main('def other():\n    pass\n'),
    notFunction: main('callme = 42\n'),
    throwsAtLoad: main("x = 1\nraise Exception('not today')\n"),
  },
});
