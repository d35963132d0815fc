/** Where things are in the tree. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of the project, without a slash at its end. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** What `npm run build` made: the server's program. */
export const serverProgram = `${root}/dist/bin/ptraced`;

/** What `npm run build` made: the command line. */
export const cliProgram = `${root}/dist/bin/ptracectl`;

/** Sources of the fixture programs. */
export const fixtureSources = `${root}/test/fixtures`;

/** Where compiled fixtures are kept between runs. */
export const fixtureCache = `${root}/node_modules/.cache/fixtures`;

/** A tool that the bootstrap puts into `.cache/`, or that an environment variable names instead. */
export function tool(variable: string, relative: string): string {
  const path = process.env[variable] ?? `${root}/.cache/${relative}`;
  if (!existsSync(path)) {
    throw new Error(`${path} is missing: run npm test, which installs it, or set ${variable}`);
  }
  return path;
}
