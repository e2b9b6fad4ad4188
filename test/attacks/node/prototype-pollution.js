// Poisons the driver that it shares a process with: prototypes, built-in modules, the frame writer, for this and later calls.
// result: forged
// expect: crashed or timed_out or bad_result or exception or succeeded
// config: {"timeoutMs": 1000}
function callme({ ...facts }) {
  tried.push('poison');
  fs.writeSync = () => 0;
  Object.prototype.status = 200;
  Object.prototype.json = () => 'forged';
  Object.prototype.toJSON = () => facts.marker;
  Array.prototype.push = () => 0;
  JSON.stringify = () => '"forged"}, "result2": {"x": 1';
  Buffer.prototype.write = () => 0;
  Buffer.prototype.writeUInt32BE = () => 0;
  Function.prototype.call = () => undefined;
  return report();
}

module.exports = { callme };
