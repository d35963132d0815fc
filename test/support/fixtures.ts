/** Compiles the fixture programs of test/fixtures, each once for its sources. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
} from 'node:fs';
import { basename } from 'node:path';
import { fixtureCache, fixtureSources } from './paths.js';

const compiler = 'gcc';
const flags = ['-std=c11', '-O2', '-g', '-Wall', '-Wextra', '-Werror', '-pthread'];

/** For a program of 32 bits, whose libc a machine need not have: it makes its calls itself. */
const i386Flags = ['-m32', '-nostdlib', '-static', '-ffreestanding', '-fno-pie', '-no-pie'];
/** For a program of 32 bits with a libc. It does not care what its calls return. */
const m32Flags = ['-m32', '-Wno-unused-result', '-Wno-restrict'];
const libraryFlags = ['-shared', '-fPIC'];

/** A name for the source, every header beside it, and how it is compiled. */
function contentHash(source: string, options: string[]): string {
  const hash = createHash('sha256').update(options.join(' '));
  for (const header of readdirSync(fixtureSources).filter((name) => name.endsWith('.h'))) {
    hash.update(header).update(readFileSync(`${fixtureSources}/${header}`));
  }
  return hash.update(readFileSync(source)).digest('hex').slice(0, 16);
}

function compiled(name: string, options: string[]): string {
  const source = `${fixtureSources}/${name}.c`;
  const directory = `${fixtureCache}/${contentHash(source, options)}`;
  const program = `${directory}/${basename(name)}`;
  if (!existsSync(program)) {
    mkdirSync(directory, { recursive: true });
    const unfinished = `${program}.${process.pid}`; // several test files may compile it at once
    execFileSync(compiler, [...options, '-o', unfinished, source], { stdio: 'inherit' });
    renameSync(unfinished, program);
  }
  return realpathSync(program);
}

/** Path of the compiled fixture `name`, such as "echo-lines", without links: /proc/PID/exe has none either. */
export function fixture(name: string): string {
  return compiled(name, name.endsWith('-i386') ? [...flags, ...i386Flags] : flags);
}

/** Path of a compiled program of test/fixtures/m32. */
export function program32(name: string): string {
  return compiled(`m32/${name}`, [...flags, ...m32Flags]);
}

/** Path of a name service of test/fixtures/nss. */
export function nameService(name: string): string {
  return compiled(`nss/${name}`, [...flags, ...libraryFlags]);
}

/** Path of a library of test/fixtures/preload, for LD_PRELOAD. */
export function preload(name: string): string {
  return compiled(`preload/${name}`, [...flags, ...libraryFlags]);
}

/** Names of all fixtures. */
export function fixtureNames(): string[] {
  return readdirSync(fixtureSources)
    .filter((name) => name.endsWith('.c'))
    .map((name) => name.slice(0, -2));
}
