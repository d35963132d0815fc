/** docs/coverage.md names tests that exist. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { root } from '../support/paths.js';

interface Line {
  row: string;
  file: string;
  name: string;
}

/** The lines of the tables whose third column is a file. */
function lines(): Line[] {
  return readFileSync(`${root}/docs/coverage.md`, 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => cells.length === 6 && cells[3] !== 'file' && !/^-*$/.test(cells[1] ?? ''))
    .map(([, row = '', , file = '', name = '']) => ({ row, file, name }));
}

const bench = '`npm run bench`';

function pathOf(file: string): string {
  const [folder, rest = ''] = file.split('/');
  switch (folder) {
    case 'native':
      return `${root}/native/test/${rest}.cc`;
    case 'unit':
      return `${root}/test/unit/${rest}.test.ts`;
    default:
      return `${root}/test/integration/${file}.test.ts`;
  }
}

/** What stands in a name for a value of the test. */
const value = /\$\{[^}]*\}|%[sij]/;

/** What names of this source can be; undefined where it could be any. */
function patternOf(literal: string): RegExp | undefined {
  const parts = literal.replace(/\\(.)/g, '$1').split(value);
  const escaped = parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return parts.join('') === '' ? undefined : new RegExp(`^${escaped.join('.+')}$`);
}

/** Names of tests and of their groups in a source: strings after a parenthesis or at the head of a table's row. */
function namesIn(source: string): RegExp[] {
  const literals = source.matchAll(/[([]\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g);
  return [...literals].flatMap(([, , text = '']) => patternOf(text) ?? []);
}

const all = lines();

test('the page has its lines', () => {
  expect(all.length).toBeGreaterThan(100);
});

describe('each test of the page exists', () => {
  const files = [...new Set(all.map(({ file }) => file))].filter((file) => file !== bench);
  test.each(files)('of %s', (file) => {
    expect(existsSync(pathOf(file)), pathOf(file)).toBe(true);
    const names = namesIn(readFileSync(pathOf(file), 'utf8'));
    const cited = all.filter((line) => line.file === file);
    const missing = cited.filter(
      ({ name }) => !name.split(' > ').every((part) => names.some((known) => known.test(part))),
    );
    expect(missing).toEqual([]);
  });
});
