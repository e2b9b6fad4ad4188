import { createHash } from 'node:crypto';
import { basename, relative } from 'node:path';
import { build, type Plugin } from 'esbuild';

const SCOPE = /[^A-Za-z0-9]+/g;

/** Gathers the style sheets that a bundle imports. */
export interface GatheredCss {
  readonly plugin: Plugin;
  /** All of them as one: packages first, then our own in the order of their paths. */
  text(): string;
}

/**
 * Style sheets become one file, those of lazily loaded screens too: the bundler would write one for each screen, which
 * nothing loads. A class of a CSS module is named after its file's path, so that two screens may use one name.
 */
export function gatherCss(root: string): GatheredCss {
  const sheets = new Map<string, string>();
  const plugin: Plugin = {
    name: 'css',
    setup(on) {
      on.onLoad({ filter: /\.css$/ }, async ({ path }) => {
        const isModule = path.endsWith('.module.css');
        const { css, js } = await compile(path, isModule ? scopeOf(relative(root, path)) : undefined);
        sheets.set(path, css);
        return { contents: js, loader: 'js' };
      });
    },
  };
  const rank = (path: string) => `${path.includes('node_modules') ? 0 : 1}${path}`;
  return {
    plugin,
    text: () =>
      [...sheets]
        .sort(([a], [b]) => (rank(a) < rank(b) ? -1 : 1))
        .map(([, css]) => css)
        .join(''),
  };
}

/** `scope` names the classes of a CSS module; without it they stay as they are. */
async function compile(path: string, scope: string | undefined): Promise<{ css: string; js: string }> {
  const sheet = scope === undefined ? path : `${scope}.css`;
  const { outputFiles } = await build({
    stdin: {
      contents:
        scope === undefined
          ? `import ${JSON.stringify(path)};`
          : `import classes from ${JSON.stringify(sheet)}; export default classes;`,
      resolveDir: '/',
    },
    outdir: '/out',
    bundle: true,
    write: false,
    format: 'esm',
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: 'silent',
    plugins: scope === undefined ? [] : [scoped(path, sheet)],
  });
  const find = (ending: string) => outputFiles.find((file) => file.path.endsWith(ending))?.text ?? '';
  return { css: find('.css'), js: find('.js') };
}

/** Gives a CSS module a path of its own making, because the bundler names its classes after the last part of that. */
function scoped(path: string, sheet: string): Plugin {
  return {
    name: 'scope',
    setup(on) {
      on.onResolve({ filter: /./ }, ({ path: asked }) =>
        asked === sheet ? { path: sheet, namespace: 'scoped' } : undefined,
      );
      on.onLoad({ filter: /./, namespace: 'scoped' }, async () => {
        const { readFile } = await import('node:fs/promises');
        return { contents: await readFile(path, 'utf8'), loader: 'local-css' };
      });
    },
  };
}

function scopeOf(path: string): string {
  const name = basename(path, '.module.css').replace(SCOPE, '-');
  return `${name}-${createHash('sha256').update(path).digest('hex').slice(0, 5)}`;
}
