import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CachedModules } from '../../src/start/code-cache.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/ptraced-test-`);
  writeFileSync(
    `${folder}/a.cjs`,
    `const { join } = require('node:path');
     exports.early = () => require('./b.cjs').b();
     exports.path = join(__filename, '..');
     exports.b = require('./b.cjs');`,
  );
  writeFileSync(`${folder}/b.cjs`, `const a = require('./a.cjs'); exports.b = () => a.path;`);
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

interface Loaded {
  path: string;
  early(): string;
}

function load(): { modules: CachedModules; compiled: readonly string[] } {
  const modules = new CachedModules(folder, 'program');
  const { path, early } = modules.load('a.cjs') as Loaded;
  expect(path).toBe(folder);
  expect(early()).toBe(folder);
  return { modules, compiled: modules.compiled };
}

const cached = () => `${folder}/code-cache/${process.version}-${process.arch}/program`;

test('modules run without a cache, and from the one that they save', () => {
  const first = load();
  expect(first.compiled).toEqual(['a.cjs', 'b.cjs']);
  first.modules.save();
  expect(readdirSync(cached())).toEqual(['a.cjs.bin', 'b.cjs.bin']);
  expect(load().compiled).toEqual([]);
});

test('what is broken or of another file is compiled', () => {
  const { modules } = load();
  modules.save();
  writeFileSync(`${folder}/b.cjs`, `exports.b = () => require('./a.cjs').path; // another one`);
  expect(load().compiled).toEqual(['b.cjs']);
  writeFileSync(`${cached()}/c.cjs.bin`, 'no code of V8');
  writeFileSync(`${folder}/c.cjs`, 'exports.c = 1;');
  expect(modules.load('c.cjs')).toEqual({ c: 1 });
  expect(modules.compiled).toContain('c.cjs');
});

test('each program has a cache of its own', () => {
  load().modules.save();
  const other = new CachedModules(folder, 'other');
  other.load('a.cjs');
  expect(other.compiled).toEqual(['a.cjs', 'b.cjs']);
});
