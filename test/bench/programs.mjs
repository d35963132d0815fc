/** The programs of native/bench. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const cache = `${root}/node_modules/.cache/bench`;

/**
 * Compiles a program, once for its sources, and returns its path.
 * @param {string} source in native/bench
 * @param {string[]} parts further sources, in native
 */
export function compile(source, parts = []) {
  const paths = [
    `${root}/native/bench/${source}`,
    ...parts.map((part) => `${root}/native/${part}`),
  ];
  const hash = createHash('sha256');
  for (const path of paths) {
    hash.update(readFileSync(path));
  }
  const name = source.replace(/\.\w+$/, '');
  const program = `${cache}/${name}-${hash.digest('hex').slice(0, 16)}`;
  if (!existsSync(program)) {
    mkdirSync(cache, { recursive: true });
    const compiler = source.endsWith('.cc') ? ['g++', '-std=c++20'] : ['gcc', '-std=gnu11'];
    const options = ['-O2', '-Wall', '-Wextra', '-pthread', `-I${root}/native`];
    execFileSync(compiler[0] ?? '', [...compiler.slice(1), ...options, '-o', program, ...paths]);
  }
  return program;
}
