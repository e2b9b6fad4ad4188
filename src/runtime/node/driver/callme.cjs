'use strict';
/** The convention of an entry point named `callme`: parameters by name. */
const { PayloadKind } = require('./call.cjs');
const { createBinder, ParameterError } = require('./parameters.cjs');

function create(name, fn) {
  const binder = createBinder(name, fn);
  const isNullary = binder.names.length === 0;

  function values(call) {
    if (call.kind === PayloadKind.binary) return binaryValue(call);
    const parsed = call.json();
    if (parsed === null) return {};
    if (typeof parsed !== 'object' || Array.isArray(parsed))
      throw new ParameterError(`${binder.takes}: the payload must be a JSON object of values by name`);
    return call.kind === PayloadKind.offeredParameters ? binder.choose(parsed) : parsed;
  }

  function binaryValue(call) {
    if (binder.names.length !== 1)
      throw new ParameterError(`${binder.takes}: bytes can be given only to a function with exactly one parameter`);
    return { [binder.names[0]]: call.bytes() };
  }

  return {
    parameters: binder.names,
    run(call) {
      const given = values(call);
      const args = binder.bind(given);
      if (isNullary) return fn();
      if (Object.keys(given).length > 0) call.takes = binder.takes;
      return fn(...args);
    },
  };
}

module.exports = { create };
