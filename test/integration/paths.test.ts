/** `-P` beside strace 7.2: which calls use a file, by its path, by descriptors and by lists of descriptors. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { patience as timeout } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { cliProgram } from '../support/paths.js';
import { run } from '../support/program.js';
import { oracle } from '../support/strace.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/ptraced-paths-`);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The lines of a tracer for a run in a folder that is always the same. */
async function linesOf(tracer: string[], path: string): Promise<string[]> {
  const work = `${folder}/work`;
  const log = `${folder}/log`;
  mkdirSync(work);
  writeFileSync(`${work}/wanted`, 'text');
  symlinkSync('wanted', `${work}/link`);
  const options = ['-o', log, '-P', path.replace('WORK', work)];
  const { code } = await run([...tracer, ...options, fixture('paths')], work);
  rmSync(work, { recursive: true });
  expect(code).toBe(0);
  return readFileSync(log, 'utf8')
    .replace(/0x[0-9a-f]{6,}/g, 'ADDRESS')
    .split('\n');
}

const strace = (path: string) => linesOf([oracle()], path);
const ours = (path: string) => linesOf([cliProgram, 'trace', '--no-follow'], path);

describe('-P', () => {
  it.each(['WORK/wanted', 'WORK/link', 'wanted', 'link'])(
    'matches %s wherever strace does',
    { timeout },
    async (path) => {
      const [theirs, all] = [await strace(path), await ours(path)];
      // strace does not know that a relative path leads there.
      const known = all.filter((line) => theirs.includes(line));
      expect(known).toEqual(theirs);
      const more = all.filter((line) => !theirs.includes(line));
      expect(more.filter((line) => !/"(wanted|link|hard)"/.test(line))).toEqual([]);
      expect(more.filter((line) => /^symlink.*"newe?r?"/.test(line))).toEqual([]);
    },
  );

  it('a relative path matches as it is given, in whatever directory', { timeout }, async () => {
    mkdirSync(`${folder}/elsewhere`);
    writeFileSync(`${folder}/wanted`, 'text');
    const script = 'cd elsewhere; cat wanted ./wanted ../wanted 2>/dev/null; :';
    const opened = async (tracer: string[]) => {
      const log = `${folder}/log`;
      const options = ['-f', '-o', log, '-P', 'wanted', '-e', 'trace=openat'];
      await run([...tracer, ...options, 'sh', '-c', script], folder);
      return readFileSync(log, 'utf8').match(/openat\(.*"\S*wanted".*/g);
    };
    const theirs = await opened([oracle()]);
    expect(theirs).toEqual([expect.stringContaining('"wanted", O_RDONLY) = -1 ENOENT')]);
    // strace does not know that the last path leads to the file.
    const all = await opened([cliProgram, 'trace']);
    expect(all).toEqual([...(theirs ?? []), expect.stringContaining('"../wanted", O_RDONLY) = 3')]);
  });
});
