// What every attack in Node.js starts with: it counts attempts, and runs the programs that the sandbox has.
const fs = require('node:fs');
const path = require('node:path');
const { spawn, spawnSync } = require('node:child_process');

const tried = [];
const breaches = [];

/** Tries what must not work: a breach where it gives anything truthy. What it throws is the refusal. */
async function attempt(what, action) {
  tried.push(what);
  let gained;
  try {
    gained = await action();
  } catch {
    return;
  }
  if (gained) breaches.push(`${what}: ${(gained === true ? 'done' : String(gained)).slice(0, 300)}`);
}

/** Tries to run a program to its good end. */
function attemptRun(program, ...words) {
  return attempt([program, ...words].join(' '), () => output(program, ...words));
}

/** What a program printed, where it ended well. */
function output(program, ...words) {
  const { status, stdout } = spawnSync(program, words, { encoding: 'utf8', timeout: 5_000, killSignal: 'SIGKILL' });
  return status === 0 ? stdout || 'ended well' : undefined;
}

/** Writes without making anything new. */
function overwrite(file, data = '0') {
  const descriptor = fs.openSync(file, 'r+');
  try {
    return fs.writeSync(descriptor, data);
  } finally {
    fs.closeSync(descriptor);
  }
}

function report() {
  return { attempts: tried.length, breaches };
}

module.exports = { attempt, attemptRun, overwrite, path, report, spawn };
