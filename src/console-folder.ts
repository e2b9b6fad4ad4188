import { join, resolve } from 'node:path';

const PROJECT_FOLDER = resolve(import.meta.dirname, '..');

/** Sources of the web console. */
export const CONSOLE_SOURCES = join(PROJECT_FOLDER, 'src', 'console');
/** Where it is built to: what a node serves at `/console`. */
export const CONSOLE_FOLDER = join(PROJECT_FOLDER, 'dist', 'console');
