/** Command lines that make no sense are refused before any server is asked. */

import { describe, expect, it, vi } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.js';
import { lastingServerOf, serverOf } from '../../src/cli/connection.js';
import { UsageError } from '../../src/cli/usage-error.js';

async function run(line: string, server?: string): Promise<unknown> {
  const [name, ...args] = line.split(' ');
  return COMMANDS.find((command) => command.name === name)?.run(args, server);
}

describe('a command line that makes no sense', () => {
  it.each([
    ['tasks'],
    ['tasks a b'],
    ['pause a x'],
    ['pause a 0'],
    ['resume a --stop-id=1'],
    ['step a'],
    ['step a 1 --count=0'],
    ['step a 1 --timeout=-1'],
    ['wait a --after=x'],
    ['signal a 1'],
    ['detach a'],
    ['read a 1 0 x'],
    ['read a 1 0 --as=x'],
    ['write a 1 0'],
    ['write a 1 0 --hex=1'],
    ['write a 1 0 --hex=11 --text=a'],
    ['search a 1'],
    ['regs a 1 rax'],
    ['sessions what'],
    ['sessions --state=x'],
    ['sessions --label=x'],
    ['summary a -S x'],
    ['ps -u 4294967295'],
    ['maps a 1 --bogus'],
    ['trace -D -o x ls'],
    ['trace --label=a=b ls'],
    ['record --paused f ls'],
    ['subscribe'],
    ['subscribe a b'],
    ['subscribe a --after=1 --latest'],
    ['subscribe a --after=-'],
    ['subscribe a -z -Z'],
    ['subscribe a -P x'],
    ['record'],
    ['record f'],
    ['record f -p 1 ls'],
    ['replay'],
    ['replay a b'],
  ])('%s is refused in one line', async (line) => {
    const refused: unknown = await run(line, 'unix:/nonexistent/s').catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(UsageError);
    expect((refused as UsageError).message).toMatch(/^[^\n]+$/);
  });

  it.each([
    'tasks a --local',
    'subscribe a --server=',
    'sessions --local',
    'record --session=a --local f',
    'trace -D --local ls',
    'trace --paused ls',
    'trace --local --server=unix:/x ls',
  ])('%s has no server', async (line) => {
    vi.stubEnv('PTRACED_SERVER', undefined);
    await expect(run(line)).rejects.toThrow(/server/);
    await expect(run(line)).rejects.toBeInstanceOf(UsageError);
    vi.unstubAllEnvs();
  });

  it('is for the address where ptraced listens by default', () => {
    vi.stubEnv('PTRACED_SERVER', undefined);
    vi.stubEnv('XDG_RUNTIME_DIR', '/run/user/1');
    const folder = process.getuid?.() === 0 ? '/run/ptraced' : '/run/user/1';
    expect(lastingServerOf({ local: false }, undefined)).toBe(`unix:${folder}/ptraced.sock`);
    expect(lastingServerOf({ local: false }, 'unix:/a')).toBe('unix:/a');
    expect(serverOf({ local: false }, undefined)).toBeUndefined();
    vi.stubEnv('PTRACED_SERVER', 'unix:/b');
    expect(lastingServerOf({ local: false }, undefined)).toBe('unix:/b');
    expect(serverOf({ local: false }, undefined)).toBe('unix:/b');
    expect(serverOf({ local: true }, undefined)).toBeUndefined();
    expect(serverOf({ local: false, server: '' }, 'unix:/a')).toBeUndefined();
    vi.unstubAllEnvs();
  });
});

describe('the help', () => {
  it.each(COMMANDS)(
    'of $name has its usage, the exit status, and fits a terminal',
    ({ name, help }) => {
      expect(help).toMatch(new RegExp(`^Usage: ptracectl ${name} `));
      expect(help).toContain('\n  -h, --help               print this text\n');
      expect(help).toContain('\nExit status: ');
      expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    },
  );
});
