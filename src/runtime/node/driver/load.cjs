'use strict';
/** Finds, compiles and runs the user's entry file, and takes the entry point from it. */
const { existsSync, readFileSync, readdirSync } = require('node:fs');
const Module = require('node:module');
const { basename, dirname, join } = require('node:path');
const { pathToFileURL } = require('node:url');
const vm = require('node:vm');

const ENDINGS = ['.js', '.mjs', '.cjs'];
const COMMONJS_PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];
/** What V8 says of a CommonJS file that is an ES module. */
const MODULE_SYNTAX =
  /Cannot use import statement outside a module|Unexpected token 'export'|Cannot use 'import\.meta' outside a module|await is only valid in async functions/;

/** What the platform gives functions as `fob`, where they bring no package of that name themselves. */
const SDK_NAME = 'fob';
const SDK_FILE = join(__dirname, 'sdk/fob/index.cjs');

/** The user's entry point cannot be had; `type` tells how. */
class EntryError extends Error {
  constructor(type, message) {
    super(message);
    this.name = type;
    this.stack = '';
  }
}

/** Does once what the first load would otherwise pay for. */
function prepare() {
  compile(join(__dirname, 'prepared.cjs'), '', 'prepared');
  Module._nodeModulePaths(__dirname);
  Module.createRequire(__filename);
}

/** Makes `require('fob')` find the platform's own where there is no other. */
function offerSdk() {
  const resolve = Module._resolveFilename;
  Module._resolveFilename = function (name, ...rest) {
    if (name !== SDK_NAME) return resolve.call(this, name, ...rest);
    try {
      return resolve.call(this, name, ...rest);
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw error;
      return SDK_FILE;
    }
  };
}

/** Makes `import 'fob'` find it too. A hook slows every import a little: only for those who use them. */
function offerSdkToImports() {
  Module.registerHooks({
    resolve(name, context, next) {
      if (name !== SDK_NAME) return next(name, context);
      try {
        return next(name, context);
      } catch (error) {
        if (error.code !== 'ERR_MODULE_NOT_FOUND' && error.code !== 'MODULE_NOT_FOUND') throw error;
        return { url: pathToFileURL(SDK_FILE).href, format: 'commonjs', shortCircuit: true };
      }
    },
  });
}

/** Resolves to the entry point. Rejects with what the user's code threw, or an `EntryError`. */
async function loadEntry(load) {
  const dot = load.handler.lastIndexOf('.');
  const name = load.handler.slice(dot + 1);
  const file = findFile(load.codeFolder, load.handler.slice(0, dot));
  process.argv[1] = file;
  offerSdk();
  const source = readFileSync(file, 'utf8');
  if (file.endsWith('.mjs') || /\bimport\b/.test(source)) offerSdkToImports();
  if (hasSourceMap(source)) process.setSourceMapsEnabled(true);
  const exported = await run(file, source, name, load.codeFolder);
  const entry = exported?.[name] ?? exported?.default?.[name] ?? soleExport(exported, name);
  if (entry === undefined) throw missingEntry(basename(file), name, exported, source);
  if (typeof entry !== 'function' || isClass(entry)) {
    const what = typeof entry === 'function' ? 'class' : typeof entry;
    throw new EntryError('EntryPointNotFunction', `'${name}' in ${basename(file)} is of type ${what}, not a function`);
  }
  return { name, entry };
}

/** What `export default function name` and `module.exports = function name` export without a name; as `default` by any. */
function soleExport(exported, name) {
  const sole = exported?.default ?? exported;
  return typeof sole === 'function' && (sole.name === name || name === 'default') ? sole : undefined;
}

function isClass(value) {
  return /^class\b/.test(Function.prototype.toString.call(value));
}

function findFile(folder, base) {
  // A TypeScript file was built to JavaScript beside it.
  const isBuilt = ['.ts', '.mts', '.cts', '.tsx'].some((ending) => existsSync(join(folder, base + ending)));
  for (const ending of isBuilt ? ['.cjs', '.mjs', '.js'] : ENDINGS)
    if (existsSync(join(folder, base + ending))) return join(folder, base + ending);
  const present = readdirSync(folder).slice(0, 10).join(', ');
  throw new EntryError(
    'EntryFileMissing',
    `there is no entry file '${base}': expected ${ENDINGS.map((ending) => base + ending).join(', ')}; ` +
      (present === '' ? 'the code is empty' : `the code holds ${present}`),
  );
}

/** Runs a file as what it is, and resolves to what it exports. */
async function run(file, source, name, codeFolder) {
  if (file.endsWith('.mjs') || (file.endsWith('.js') && packageType(dirname(file), codeFolder) === 'module'))
    return runModule(file, source, name);
  const module = new Module(file);
  module.filename = file;
  module.paths = Module._nodeModulePaths(dirname(file));
  if (hasSourceMap(source)) {
    Module._cache[file] = module;
    module._compile(source + exportTail(source, name), file);
    return module.exports;
  }
  let compiled;
  try {
    compiled = compile(file, source, name);
  } catch (error) {
    if (!file.endsWith('.js') || !MODULE_SYNTAX.test(error.message)) throw error;
    return runModule(file, source, name);
  }
  Module._cache[file] = module;
  compiled.call(module.exports, module.exports, Module.createRequire(file), module, file, dirname(file));
  module.loaded = true;
  return module.exports;
}

function packageType(folder, codeFolder) {
  for (let at = folder; at.startsWith(codeFolder) && at !== dirname(at); at = dirname(at)) {
    const path = join(at, 'package.json');
    if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')).type;
  }
  return undefined;
}

/** Whether the last line is a map of the file to its sources, as our TypeScript build leaves it; stacks then show the user's own lines. */
function hasSourceMap(source) {
  return source.startsWith('//# sourceMappingURL=data:', source.trimEnd().lastIndexOf('\n') + 1);
}

/** Compiles CommonJS source. Not by `Module`, whose errors do not tell apart what does not compile and what throws when it runs. */
function compile(file, source, name) {
  const options = { filename: file, importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER };
  try {
    return vm.compileFunction(source + exportTail(source, name), COMMONJS_PARAMETERS, options);
  } catch {
    // Compiled again without the tail, so that the error is about the user's own text.
    return vm.compileFunction(source, COMMONJS_PARAMETERS, options);
  }
}

/** What exports `name` where the source defines it and does not export it itself. */
function exportTail(source, name) {
  if (!mentions(source, name)) return '';
  return `\n;if(module.exports&&!module.exports.${name}&&typeof ${name}!=='undefined')module.exports.${name}=${name}`;
}

function mentions(source, name) {
  return new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`).test(source);
}

async function runModule(file, source, name) {
  const url = pathToFileURL(file).href;
  // A fragment that imports but exports nothing: export its entry point for it.
  if (!/\bexport\b/.test(source) && mentions(source, name)) {
    const hooks = Module.registerHooks({
      load: (target, context, next) =>
        target === url
          ? { format: 'module', source: `${source}\n;export{${name}};`, shortCircuit: true }
          : next(target, context),
    });
    try {
      return await import(url);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    } finally {
      hooks.deregister();
    }
  }
  try {
    return await import(url);
  } catch (error) {
    throw error instanceof SyntaxError ? withPlace(error, file) : error;
  }
}

/** Node does not say where an ES module's syntax error is, except when it checks the file on its own. */
function withPlace(error, file) {
  const { spawnSync } = require('node:child_process');
  const { stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8', timeout: 5_000 });
  if (stderr?.includes(file)) error.stack = stderr.slice(stderr.indexOf(file), stderr.indexOf('\nNode.js v')).trimEnd();
  return error;
}

function missingEntry(fileName, name, exported, source) {
  const names = new Set();
  for (const key of Object.keys(exported ?? {})) if (key !== 'default') names.add(key);
  for (const [, key] of source.matchAll(
    /^(?:export\s+)?(?:async\s+)?(?:function\s*\*?|const|let|var|class)\s+([\w$]+)/gm,
  ))
    names.add(key);
  const defined = [...names].slice(0, 10).join(', ');
  return new EntryError(
    'EntryPointMissing',
    `${fileName} does not define '${name}', the entry point; ` +
      (defined === '' ? 'it defines no names' : `it defines ${defined}`),
  );
}

module.exports = { loadEntry, prepare };
