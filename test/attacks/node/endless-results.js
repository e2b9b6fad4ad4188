// Yields a result without end.
// expect: result_too_large
function* callme({ ..._facts }) {
  for (;;) yield 'x'.repeat(100_000);
}

module.exports = { callme };
