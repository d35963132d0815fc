/** Every command of `ptracectl` that works on the sessions of a server, against the real one. */

import { readFileSync } from 'node:fs';
import { fromJsonString } from '@bufbuild/protobuf';
import { describe, expect } from 'vitest';
import {
  connect,
  EndCause,
  MappingSchema,
  ProcessSchema,
  ReadMemoryResponseSchema,
  SearchMemoryResponseSchema,
  SessionSchema,
  SessionState,
  StdioMode,
  SummaryRowSchema,
  TraceResponseSchema,
  WriteMemoryResponseSchema,
} from '../../src/client/index.js';
import { eventually, longPatience as timeout } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import * as proc from '../support/proc.js';
import { type Program, startFixture } from '../support/program.js';
import { finishCli, runCli, startCli } from '../support/ptracectl.js';
import { test } from '../support/server-cli.js';

const untraced = (pid: number) => eventually(`${pid} untraced`, () => proc.untraced(pid));

describe('sessions', () => {
  test('that trace a process are named to who attaches to it again, with what ends them', async ({
    cli,
  }) => {
    await using program = await startFixture('echo-lines');
    const session = await cli.attach(program.pid);
    const message = await cli.fails('attach', String(program.pid));
    const [, command = ''] = /ALREADY_TRACED: .* '(ptracectl [^']*)'/.exec(message) ?? [];
    expect(command).toBe(`ptracectl sessions end ${session}`);
    await cli.ok(...command.split(' ').slice(1));
    await untraced(program.pid);
    await cli.ok('sessions', 'end', await cli.attach(program.pid));
  });

  test('are started, listed, shown and ended', { timeout }, async ({ cli }) => {
    await using program = await startFixture('echo-lines');
    const label = `--label=test=${program.pid}`;
    const attached = await cli.attach(program.pid, label);
    const launched = (await cli.ok('trace', '-D', label, '--', 'sleep', '3600')).trimEnd();
    const listed = await cli.json(SessionSchema, 'sessions', label);
    expect(listed.map(({ name }) => name)).toEqual([launched, attached]);
    const table = await cli.ok('sessions', 'list', label, '--state=running');
    expect(table).toMatch(/^SESSION +STATE +PID .*\n.* sleep 3600\n.* process \d+\n$/);
    const id = attached.slice('sessions/'.length);
    const shown = fromJsonString(SessionSchema, await cli.ok('sessions', 'get', id.slice(0, 12)));
    expect(shown).toMatchObject({ name: attached, rootPid: program.pid });

    const ended = await cli.json(SessionSchema, 'sessions', 'end', attached, launched);
    expect(ended.map(({ endCause }) => endCause)).toEqual([
      EndCause.CLIENT_REQUEST,
      EndCause.CLIENT_REQUEST,
    ]);
    await untraced(program.pid);
    program.send('hello');
    expect(await program.line()).toBe('hello');
    expect(await cli.ok('sessions', label, '--state=running')).toMatch(/^SESSION[^\n]*\n$/);
  });

  test('are not there, or not acceptable', { timeout }, async ({ cli }) => {
    expect(await cli.fails('sessions', 'get', 'nothing')).toMatch(/^SESSION_NOT_FOUND: /);
    expect(await cli.fails('subscribe', 'nothing')).toMatch(/^SESSION_NOT_FOUND: /);
    expect(await cli.fails('trace', '-D', '/no/such/program')).toMatch(/^EXECUTABLE_NOT_FOUND: /);
    expect(await cli.fails('attach', '-D', '4194303')).toMatch(/^PROCESS_NOT_FOUND: /);
  });

  test('have processes to choose from', { timeout }, async ({ cli }) => {
    await using program = await startFixture('echo-lines');
    const processes = await cli.json(ProcessSchema, 'ps', '^echo-lines$');
    expect(processes.map(({ pid }) => pid)).toContain(program.pid);
    expect(await cli.ok('ps', '--all', '^echo-lines$')).toContain(` ${fixture('echo-lines')}`);
  });
});

describe('the records of a session', () => {
  test('are printed live as they are recorded and replayed', { timeout }, async ({
    cli,
    folder,
  }) => {
    await using client = connect(cli.address);
    // It begins when both are there.
    const script =
      'read line; trap "echo got" USR1; kill -USR1 $$; ls / | sort >/dev/null & wait; echo end >&2';
    const value = {
      argv: ['sh', '-c', script],
      stdin: StdioMode.PIPE,
      env: ['PATH=/usr/bin:/bin'],
    };
    await using session = await client.createSession({ target: { case: 'launch', value } });
    const { name } = session;
    const live = startCli(cli.address, 'subscribe', name);
    const recorder = startCli(cli.address, 'record', `--session=${name}`, `${folder}/recording`);
    await eventually('two subscribers', async () => {
      return (await session.get()).subscribers === 2;
    });
    await client.traces.writeStdin({ session: name, payload: { case: 'text', value: 'go\n' } });
    const printed = await finishCli(live);
    expect(printed).toMatchObject({ stdout: 'got\n', end: 0 });
    expect(printed.stderr).toMatch(/^--- SIGUSR1 \{/m);
    expect(printed.stderr).toMatch(/^\[pid +\d+\] /m);
    expect(printed.stderr).toMatch(/<unfinished \.\.\.>$/m);
    expect(printed.stderr).toMatch(/^\+\+\+ exited with 0 \+\+\+$/m);
    expect(await finishCli(recorder)).toEqual({ stdout: 'got\n', stderr: 'end\n', end: 0 });

    expect(await runCli(undefined, 'replay', `${folder}/recording`)).toEqual(printed);
    // And whoever comes late finds all of it in the ring.
    expect(await runCli(cli.address, 'subscribe', name)).toEqual(printed);
    await runCli(cli.address, 'subscribe', '-o', `${folder}/late`, name);
    await runCli(undefined, 'replay', '-o', `${folder}/replayed`, `${folder}/recording`);
    const late = readFileSync(`${folder}/late`, 'utf8');
    expect(late).toMatch(/^\d+ +execve\(/);
    expect(readFileSync(`${folder}/replayed`, 'utf8')).toBe(late);
  });

  test('are selected on the server', { timeout }, async ({ cli, folder }) => {
    const name = (await cli.ok('trace', '-D', '--', 'sh', '-c', 'cat /no/file; :')).trimEnd();
    await cli.ended(name);
    const frames = await cli.json(TraceResponseSchema, 'subscribe', '-Z', '-e', 'openat', name);
    const texts = frames.flatMap(({ frame }) =>
      frame.case === 'batch' ? frame.value.records.filter(({ sysno }) => sysno > 0) : [],
    );
    expect(texts.map(({ syscall }) => new Set([syscall]))).toContainEqual(new Set(['openat']));
    expect(texts.some(({ text }) => text.includes('"/no/file"'))).toBe(true);
    expect(texts.every(({ syscall }) => syscall === 'openat')).toBe(true);

    // No line of a call that did not fail, and none that an ENTER alone would leave open.
    const { stderr } = await runCli(cli.address, 'subscribe', '-Z', '-e', 'openat', name);
    expect(stderr).not.toMatch(/unfinished|= \?|libc/);
    expect(stderr).toMatch(
      /^\[pid +\d+\] openat\(AT_FDCWD, "\/no\/file", O_RDONLY\) += -1 ENOENT/m,
    );

    const recording = `${folder}/selected`;
    const selected = ['--session', name, '-Z', '-e', 'openat'];
    expect((await runCli(cli.address, 'record', ...selected, recording)).end).toBe(0);
    expect((await runCli(undefined, 'replay', recording)).stderr).toBe(stderr);

    const [all] = await cli.json(SessionSchema, 'sessions', 'get', name);
    const last = all?.lastSerial ?? 0n;
    const after = await cli.json(TraceResponseSchema, 'subscribe', `--after=${last - 3n}`, name);
    const serials = after.flatMap(({ frame }) =>
      frame.case === 'batch' ? frame.value.records.map(({ serial }) => serial) : [],
    );
    expect(serials).toEqual([last - 2n, last - 1n, last]);
  });

  test('are left by a subscriber without harm', { timeout }, async ({ cli }) => {
    await using program = await startFixture('echo-lines');
    const name = await cli.attach(program.pid);
    const live = startCli(cli.address, 'subscribe', '--latest', name);
    let seen = '';
    live.stderr.on('data', (chunk: string) => {
      seen += chunk;
    });
    await eventually('a subscriber', async () => {
      const [session] = await cli.json(SessionSchema, 'sessions', 'get', name);
      return session?.subscribers === 1;
    });
    program.send('hello');
    await eventually('the write', () => seen.includes('write(1, "hello\\n", 6)'));
    live.kill('SIGINT');
    expect(await finishCli(live)).toMatchObject({ end: 'SIGINT' });
    expect(await cli.state(name)).toBe(SessionState.RUNNING);
    await cli.ok('sessions', 'end', name);
    await untraced(program.pid);
  });
});

test('a summary counts and times the calls', { timeout }, async ({ cli }) => {
  const command = [fixture('call-flood'), '500'];
  const name = (await cli.ok('trace', '-D', '--', ...command)).trimEnd();
  await cli.ended(name);
  const rows = await cli.json(SummaryRowSchema, 'summary', name);
  expect(rows.find(({ syscall }) => syscall === 'getppid')).toMatchObject({
    calls: 500n,
    errors: 0n,
  });
  const table = await cli.ok('summary', '-S', 'calls', name);
  expect(table.split('\n')[2]).toMatch(/^ *\d+\.\d\d +0\.\d{6} +\d+ +500 +getppid$/);
  const byProcess = await cli.ok('summary', '--by-process', '--percentiles', name);
  expect(byProcess).toMatch(/^process \d+ \(call-flood\)\n% time .* p99 usecs /);
});

describe('memory', () => {
  /** Where the program says that its places are. */
  async function places(program: Program): Promise<Map<string, string>> {
    const lines = program.lines.slice(0, 1); // that startFixture has waited for
    while (lines.at(-1) !== 'ready') {
      lines.push(await program.line());
    }
    return new Map(lines.map((line) => line.split(' ') as [string, string]));
  }

  test('is listed, read, searched and written', { timeout }, async ({ cli }) => {
    await using program = await startFixture('memory-map');
    const at = await places(program);
    const [data = '', end = ''] = [at.get('data'), at.get('end')];
    const name = await cli.attach(program.pid);
    const where = [name, String(program.pid)];

    const mappings = await cli.json(MappingSchema, 'maps', ...where);
    expect(mappings.some(({ path }) => path === '[stack]')).toBe(true);
    expect(await cli.ok('maps', ...where)).toMatch(
      /^[0-9a-f]+-[0-9a-f]+ r-xp [0-9a-f]+ +\/.*memory-map$/m,
    );

    const [read] = await cli.json(ReadMemoryResponseSchema, 'read', ...where, data, '8');
    const expected = Buffer.from([0, 7, 14, 21, 28, 35, 42, 49]);
    expect(Buffer.from(read?.data ?? [])).toEqual(expected);
    expect(await cli.ok('read', ...where, data, '8')).toContain('00 07 0e 15 1c 23 2a 31');
    expect(await cli.ok('read', ...where, `${end}-6`, '--as=string')).toBe('hello\n');
    for (const more of [['8'], [], ['8', '--partial'], ['--as=string'], ['--json']]) {
      expect(await cli.fails('read', ...where, end, ...more)).toMatch(/^ADDRESS_UNMAPPED: /);
    }
    expect(await cli.refuses('read', ...where, 'nowhere+1', '8')).toMatch(/^\w+: /);
    const raw = await cli.ok('read', ...where, `${end}-6`, '6', '--as=raw');
    expect(raw).toBe('hello\0');

    const found = await cli.json(
      SearchMemoryResponseSchema,
      'search',
      ...where,
      '--hex=07 0e 1? 1c',
    );
    expect(found.flatMap(({ addresses }) => addresses)).toContain(BigInt(data) + 1n);

    const write = ['write', ...where, data, '--hex=ff ee'];
    const [written] = await cli.json(WriteMemoryResponseSchema, ...write);
    expect(written).toMatchObject({ address: BigInt(data), written: 2 });
    expect(Buffer.from(written?.previous ?? [])).toEqual(expected.subarray(0, 2));
    expect(await program.ask(`bytes ${data} 2`, '')).toEqual(['ffee']);
    await cli.ok('sessions', 'end', name);
    await untraced(program.pid);
  });
});
