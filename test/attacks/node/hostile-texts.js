// Names, messages and stacks of the attacker's choosing: escape sequences, line ends, script, lone surrogates, very long.
// expect: exception
function callme({ ..._facts }) {
  const hostile = '\x1b]0;owned\x07\x1b[2J<script>alert(1)</script>\r\nHTTP/1.1 200 OK\r\n\0\u202e\ud800"}}';
  process.stdout.write(`${hostile}\n`);
  process.stderr.write(`${hostile}\n`);
  const error = new Error(hostile.repeat(1_000));
  error.name = hostile;
  error.stack = `${hostile}\n    at /code/main.js:1:1\n    at \x1b[31m (/code/${hostile}:9:9)`;
  error.cause = { toString: () => hostile, stack: hostile, message: hostile };
  throw error;
}

module.exports = { callme };
