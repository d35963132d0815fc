/** What launched commands read and write: WriteStdin, and the order of OUTPUT records. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { describe, expect } from 'vitest';
import { RecordKind } from '../../src/gen/ptraced/v1/record_pb.js';
import { OrphanAction, RecordMode, StdioMode } from '../../src/gen/ptraced/v1/session_pb.js';
import {
  TraceService,
  type WriteStdinRequestSchema,
} from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { eventually } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import * as proc from '../support/proc.js';
import { type Client, refusal } from '../support/rpc.js';
import { launch, Trace, traceToEnd } from '../support/trace.js';

const { writeStdin, getSession, endSession } = TraceService.method;

type WriteInit = Omit<MessageInitShape<typeof WriteStdinRequestSchema>, '$typeName' | 'session'>;

const text = (value: string) => ({ payload: { case: 'text' as const, value } });
const data = (value: Uint8Array) => ({ payload: { case: 'data' as const, value } });

/** What waiting calls are told when the command dies: it may be seen before the end of the session is. */
const gone = /^(SESSION_ENDED|STDIN_CLOSED)/;

/** More than a pipe holds. */
const mebibyte = 1024 * 1024;

async function start(client: Client, argv: string[]) {
  const trace = new Trace(client, launch(argv, {}, { stdin: StdioMode.PIPE }));
  const { session, rootPid } = await trace.started();
  const send = async (request: WriteInit) =>
    (await client.unary(writeStdin, { session, ...request })).committed;
  return {
    trace,
    rootPid,
    session,
    send,
    refused: (request: WriteInit) => refusal(send(request)),
    [Symbol.asyncDispose]: () => trace[Symbol.asyncDispose](),
  };
}

/** A shell that reads nothing of its standard input before openGate(). */
function gated(folder: string, script: string): string[] {
  return ['sh', '-c', `mkfifo ${folder}/gate; read go <${folder}/gate; ${script}`];
}

async function openGate(folder: string): Promise<void> {
  await eventually('the gate', () => existsSync(`${folder}/gate`));
  writeFileSync(`${folder}/gate`, 'go\n');
}

describe('WriteStdin', () => {
  test('brings text and bytes, and the end of them', async ({ client }) => {
    await using command = await start(client, ['cat']);
    expect(await command.send(text('grüße\n'))).toBe(8n);
    await command.trace.until('the echo', () => command.trace.lines().includes('grüße'));
    expect(await command.send(data(new Uint8Array([0, 255, 10])))).toBe(11n);
    expect(await command.send({ ...text('end'), close: true })).toBe(14n);
    expect((await command.trace.finish()).rootExit?.exitCode).toBe(0);
    const expected = Buffer.concat([
      Buffer.from('grüße\n'),
      Buffer.of(0, 255, 10),
      Buffer.from('end'),
    ]);
    expect(command.trace.output(1)).toEqual(expected);
  });

  test('closes without a byte', async ({ client }) => {
    await using command = await start(client, ['wc', '-c']);
    expect(await command.send({ close: true })).toBe(0n);
    expect(await command.send({ close: true })).toBe(0n);
    await command.trace.finish();
    expect(command.trace.lines()).toEqual(['0']);
  });

  test('brings 8 MiB through a pipe of 64 KiB whole and in order', async ({ client }) => {
    await using command = await start(client, ['sha256sum']);
    const bytes = randomBytes(8 * mebibyte);
    for (let offset = 0; offset < bytes.length; offset += mebibyte) {
      const part = bytes.subarray(offset, offset + mebibyte);
      const close = offset + mebibyte === bytes.length;
      expect(await command.send({ ...data(part), close })).toBe(BigInt(offset + mebibyte));
    }
    await command.trace.finish();
    const hash = createHash('sha256').update(bytes).digest('hex');
    expect(command.trace.lines()).toEqual([`${hash}  -`]);
  });

  test('skips what was taken before, and refuses a gap', async ({ client }) => {
    await using command = await start(client, ['cat']);
    expect(await command.send({ ...text('one\n'), offset: 0n })).toBe(4n);
    expect(await command.send({ ...text('one\n'), offset: 0n })).toBe(4n);
    expect(await command.send({ ...text('ne\ntwo\n'), offset: 1n })).toBe(8n);
    const gap = await command.refused({ ...text('x'), offset: 9n });
    expect(gap.code).toBe(status.INVALID_ARGUMENT);
    expect(gap.details).toContain('FIELD_INVALID: offset: must be at most 8');
    const last = { ...text('three\n'), offset: 8n, close: true };
    expect(await command.send(last)).toBe(14n);
    expect(await command.send(last)).toBe(14n);
    await command.trace.finish();
    expect(command.trace.lines()).toEqual(['one', 'two', 'three']);
    expect(await command.send(last)).toBe(14n);
  });

  test('refuses more bytes once it is closed', async ({ client }) => {
    await using command = await start(client, ['sh', '-c', 'cat; exec sleep 60']);
    await command.send({ ...text('all'), close: true });
    const refused = await command.refused(text('more'));
    expect(refused.code).toBe(status.FAILED_PRECONDITION);
    expect(refused.details).toMatch(/^STDIN_CLOSED/);
  });

  test('says that the command has closed it', async ({ client }) => {
    await using command = await start(client, ['sh', '-c', 'exec <&-; echo closed; exec sleep 60']);
    await command.trace.until('its word', () => command.trace.lines().includes('closed'));
    expect((await command.refused(text('more'))).details).toMatch(/^STDIN_CLOSED/);
    expect(await command.send({ close: true })).toBe(0n);
  });

  test('waits for a command that does not read, and blocks nobody else', async ({ client }) => {
    await using command = await start(client, ['sleep', '60']);
    const bytes = data(Buffer.alloc(mebibyte));
    expect(await command.send(bytes)).toBe(BigInt(mebibyte));
    let answered = false;
    const waiting = refusal(command.send(bytes)).finally(() => {
      answered = true;
    });
    await using other = await start(client, ['cat']);
    expect(await other.send({ ...text('here\n'), close: true })).toBe(5n);
    await other.trace.finish();
    expect(other.trace.lines()).toEqual(['here']);
    expect(answered).toBe(false);
    await client.unary(endSession, { name: command.session });
    expect((await waiting).details).toMatch(gone);
    await command.trace.finish();
  });

  test('takes nothing of a call that was given up while it waited', async ({ client, folder }) => {
    const rest = `dd bs=64k iflag=fullblock,count_bytes count=${mebibyte} status=none >/dev/null; wc -c`;
    await using command = await start(client, gated(folder, rest));
    await command.send(data(Buffer.alloc(mebibyte)));
    const { session } = command;
    const given = client.cancellable(writeStdin, { session, ...text('lost') });
    const answer = refusal(given.answer);
    const behind = command.send({ ...text('kept'), close: true });
    await client.unary(getSession, { name: session }); // the server has both calls now
    given.cancel();
    expect((await answer).code).toBe(status.CANCELLED);
    await client.unary(getSession, { name: session }); // and knows that one was given up
    await openGate(folder);
    expect(await behind).toBe(BigInt(mebibyte + 4));
    await command.trace.finish();
    expect(command.trace.lines()).toEqual(['4']);
  });

  test('refuses a crowd of waiting calls', async ({ client }) => {
    await using command = await start(client, ['sleep', '60']);
    await command.send(data(Buffer.alloc(mebibyte)));
    const calls = Array.from({ length: 40 }, () => command.refused(text('x')));
    const answers: string[] = [];
    for (const call of calls) {
      void call.then(({ details }) => answers.push(details));
    }
    await eventually('the refusals', () => answers.length >= 24);
    expect(answers).toEqual(Array(24).fill(expect.stringMatching(/^RATE_LIMIT/)));
    await client.unary(endSession, { name: command.session });
    await eventually('the others', () => answers.length === 40);
    expect(answers.slice(24)).toEqual(Array(16).fill(expect.stringMatching(gone)));
  });

  test('is for pipes of sessions that run, and for what they can take', async ({ client }) => {
    await using plain = new Trace(client, launch(['sleep', '60']));
    const { session } = await plain.started();
    const refused = async (name: string, request: WriteInit) =>
      (await refusal(client.unary(writeStdin, { session: name, ...request }))).details;
    expect(await refused(session, text('x'))).toMatch(/^STDIN_CLOSED/);
    expect(await refused('sessions/none', text('x'))).toMatch(/^SESSION_NOT_FOUND/);
    expect(await refused(session, {})).toMatch(/^FIELD_INVALID: payload:/);
    const large = data(Buffer.alloc(mebibyte + 1));
    expect(await refused(session, large)).toMatch(/^FIELD_INVALID: data:/);
    await using command = await start(client, ['sleep', '60']);
    await client.unary(endSession, { name: command.session });
    expect((await command.refused(text('x'))).details).toMatch(/^SESSION_ENDED/);
    expect((await command.refused({ close: true })).details).toMatch(/^SESSION_ENDED/);
  });

  test('closes at a detach, after what was taken: the command runs to its end', async ({
    client,
    folder,
  }) => {
    const sink = `${folder}/sink`;
    await using command = await start(client, gated(folder, `cat >${sink}`));
    await command.send(data(Buffer.alloc(mebibyte)));
    await client.unary(endSession, { name: command.session, action: OrphanAction.DETACH });
    await command.trace.finish();
    await openGate(folder);
    await eventually('its end', () => !proc.alive(command.rootPid));
    expect(statSync(sink).size).toBe(mebibyte);
  });
});

describe('OUTPUT', () => {
  for (const mode of [RecordMode.ENTER_EXIT, RecordMode.COMBINED]) {
    test(`stands between the call that wrote it and the next, under ${RecordMode[mode]}`, async ({
      client,
    }) => {
      const rounds = 500;
      const request = launch([fixture('two-streams'), String(rounds)], { capture: { mode } });
      await using trace = await traceToEnd(client, request);
      const wanted = [...Array(rounds).keys()].flatMap((n) => [`out ${n}\n`, `err ${n}\n`]);
      const outputs = trace.records.flatMap(({ detail }) =>
        detail.case === 'output' ? [Buffer.from(detail.value.data).toString()] : [],
      );
      expect(outputs).toEqual(wanted);
      if (mode === RecordMode.ENTER_EXIT) {
        const order = trace.records.flatMap(({ kind, syscall, detail }) => [
          ...(kind === RecordKind.ENTER && syscall === 'write' ? ['call'] : []),
          ...(detail.case === 'output' ? ['output'] : []),
        ]);
        expect(order).toEqual(wanted.flatMap(() => ['call', 'output']));
      }
    });
  }
});
