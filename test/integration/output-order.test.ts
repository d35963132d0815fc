/** What a command writes to the file of its lines comes behind the lines about what it did before. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture } from '../support/fixtures.js';
import { cliProgram } from '../support/paths.js';
import { run } from '../support/program.js';
import { oracle } from '../support/strace.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(`${tmpdir()}/ptraced-test-`);
});

afterAll(() => rmSync(folder, { recursive: true }));

async function shell(command: string): Promise<string> {
  const { code, stdout, stderr } = await run(['sh', '-c', command], folder);
  expect({ code, stderr: stderr.toString() }).toEqual({ code: 0, stderr: '' });
  return stdout.toString();
}

/** Runs a command whose stdout and stderr lead to the same place; what came there. */
const places = {
  pipe: (command: string) => shell(`${command} 2>&1 | cat`),
  file: async (command: string) => {
    await shell(`${command} >both 2>&1`);
    return readFileSync(`${folder}/both`, 'utf8');
  },
  terminal: async (command: string) =>
    (await shell(`script -qec '${command}' /dev/null </dev/null`)).replaceAll('\r\n', '\n'),
};

/** Ways to write that a kind of stdout has not. */
const unavailable = {
  pipe: ['terminal'],
  file: ['tee', 'vmsplice', 'io_submit', 'terminal'],
  terminal: ['tee', 'vmsplice'],
};

const ways = [
  ...['write', 'writev', 'pwritev2', 'duplicate', 'sendfile', 'splice', 'tee', 'vmsplice'],
  ...['io_submit', 'io_uring', 'child', 'thread', 'terminal'],
];

/** The number of a call of the fixture, or its output. */
function step(line: string): string[] {
  const call = /getpriority\(PRIO_PROCESS, 1(\d{6})/.exec(line)?.[1];
  return call === undefined ? (/^out .*/.exec(line) ?? []) : [`call ${Number(call)}`];
}

function stepsOn(place: keyof typeof places): string[] {
  const missing: string[] = unavailable[place];
  return ways.flatMap((way, index) => [
    `call ${index}`,
    `out ${index} ${missing.includes(way) ? 'by write' : way}`,
  ]);
}

describe.each(['pipe', 'file', 'terminal'] as const)('on a %s', (place) => {
  it.each([
    ['-e trace=getpriority'],
    // Of children that run untraced, what they write waits at their start.
    ['-e trace=getpriority --no-follow'],
  ])('output of every kind comes behind the call before it: %s', async (options) => {
    const text = await places[place](`${cliProgram} trace ${options} ${fixture('output-ways')}`);
    expect(text.split('\n').flatMap(step)).toEqual(stepsOn(place));
  });
});

it('-o /dev/tty is the terminal too', async () => {
  const options = '-e trace=getpriority -o /dev/tty';
  const text = await places.terminal(`${cliProgram} trace ${options} ${fixture('output-ways')}`);
  expect(text.split('\n').flatMap(step)).toEqual(stepsOn('terminal'));
});

it.each([
  ['-e trace=write', "sh -c 'echo out; echo err >&2; exit 0'"],
  ['-e trace=write,dup2', "sh -c 'echo out >&2; exec 3>&1; echo more >&3'"],
  ['-e trace=execve,write', 'env printf x'],
])('%s %s: the bytes are those of strace', async (options, command) => {
  const comparable = (text: string) => text.replace(/0x[0-9a-f]{6,}/g, (x) => 'x'.repeat(x.length));
  const ours = await places.file(`${cliProgram} trace ${options} ${command}`);
  const theirs = await places.file(`${oracle()} ${options} ${command}`);
  expect(comparable(ours)).toEqual(comparable(theirs));
});
