/** A server in the process of its client: what a caller sees is what it would see of a server elsewhere. */

import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { PtracedClient } from '../../src/client/client.js';
import { connect, PtracedError, type RecordStream } from '../../src/client/index.js';
import { EmbeddedServer } from '../../src/embedded/embedded-server.js';
import { LossReason } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { eventually } from '../support/eventually.js';
import { FakeAddon, nativeFailure } from './fake-addon.js';
import { launchTrue, TestServer } from './server-harness.js';

/** An own server over an addon without tracees, and a client of it. */
class Own implements AsyncDisposable {
  readonly addon = new FakeAddon();
  readonly #server = new EmbeddedServer({}, this.addon);
  readonly client = new PtracedClient(this.#server.transport);

  /** A trace of which the header has been read. */
  async trace(signal?: AbortSignal) {
    const stream = this.client.trace(launchTrue, { signal });
    const frames = stream.frames();
    expect((await frames.next()).value).toMatchObject({ case: 'header' });
    return { stream, frames, session: this.addon.session };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }
}

async function framesOf(stream: RecordStream): Promise<unknown[]> {
  const frames: unknown[] = [];
  for await (const frame of stream.frames()) {
    frames.push(frame.case === 'header' ? { ...frame.value, session: '' } : frame);
  }
  return frames;
}

/** What `call` rejects with. */
async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error,
  );
}

test('the frames of a stream are those that a server elsewhere sends', async () => {
  await using own = new Own();
  await using elsewhere = await TestServer.start();
  await using remote = connect(`unix:${elsewhere.socket}`);
  for (const { addon } of [own, elsewhere]) {
    addon.onStart = (session) => {
      session.record({ syscall: 'execve' });
      session.lose(5n, LossReason.RING_EVICTED);
      session.record({ syscall: 'exit_group' });
      session.finish({ rootExit: { exitCode: 3, signal: 0, signalName: '', coreDumped: false } });
    };
  }
  const frames = await framesOf(own.client.trace(launchTrue));
  expect(frames).toHaveLength(5);
  expect(frames).toEqual(await framesOf(remote.trace(launchTrue)));
});

describe('errors are those of a server elsewhere', () => {
  const calls: Record<string, (client: PtracedClient) => Promise<unknown>> = {
    'of a unary method': (client) => client.traces.getSession({ name: 'sessions/none' }),
    'with the field that is wrong': (client) =>
      client.traces.createSession({ ...launchTrue, labels: { '': 'x' } }),
    'of a stream': (client) => framesOf(client.trace({})),
    'of a stream with the field that is wrong': (client) =>
      framesOf(client.trace({ ...launchTrue, capture: { maxStringBytes: 2 ** 30 } })),
    'of a stream of bytes': (client) =>
      client.dumpMemory({ session: 'sessions/none' })[Symbol.asyncIterator]().next(),
    'with the errno of the kernel': (client) => framesOf(client.trace(launchTrue)),
  };
  test.each(Object.entries(calls))('%s', async (_, call) => {
    await using own = new Own();
    await using elsewhere = await TestServer.start();
    await using remote = connect(`unix:${elsewhere.socket}`);
    for (const { addon } of [own, elsewhere]) {
      addon.failure = nativeFailure({ reason: 'EXEC_FAILED', message: 'no', errno: 8 });
    }
    const [error, expected] = [
      await failureOf(call(own.client)),
      (await failureOf(call(remote))) as PtracedError,
    ];
    const { code, reason, message, domain, metadata, fieldViolations } = expected;
    expect(reason).not.toBe('');
    expect(error).toBeInstanceOf(PtracedError);
    expect(error).toMatchObject({ code, reason, message, domain, metadata, fieldViolations });
  });

  test('but for what was not foreseen, which no log tells', async () => {
    await using own = new Own();
    own.addon.failure = new Error('out of luck');
    expect(await failureOf(own.client.server.listSyscalls({ syscalls: ['read'] }))).toMatchObject({
      code: 'INTERNAL',
      reason: 'TRACER_FAILURE',
      message: 'TRACER_FAILURE: internal error: out of luck',
    });
  });
});

test('a frame is taken when the consumer asks for it', async () => {
  await using own = new Own();
  const { frames, session } = await own.trace();
  for (let serial = 1; serial <= 5; serial++) {
    session.record();
  }
  const cursor = session.cursors[0];
  for (let asked = 1; asked <= 5; asked++) {
    expect((await frames.next()).value).toMatchObject({ case: 'batch' });
    await new Promise(setImmediate);
    expect(cursor?.taken).toBe(asked);
  }
});

describe('a stream that is left', () => {
  test('by its signal throws its reason, and lets the tracees go', async () => {
    await using own = new Own();
    const abort = new AbortController();
    const { frames, session, stream } = await own.trace(abort.signal);
    const next = failureOf(frames.next());
    const reason = new Error('enough');
    abort.abort(reason);
    expect(await next).toBe(reason);
    await stream[Symbol.asyncDispose]();
    await eventually('the end of the session', () => session.endedBy?.action === 'kill');
  });

  test('by cancel throws CANCELLED', async () => {
    await using own = new Own();
    const { frames, session, stream } = await own.trace();
    const next = failureOf(frames.next());
    stream.cancel();
    expect(await next).toMatchObject({ code: 'CANCELLED' });
    await eventually('the end of the session', () => session.endedBy?.action === 'kill');
  });

  test('before anybody has iterated it lets the tracees go as well', async () => {
    await using own = new Own();
    const stream = own.client.trace(launchTrue);
    await eventually('the session', () => own.addon.sessions.length === 1);
    await stream[Symbol.asyncDispose]();
    const { session } = own.addon;
    await eventually('the end of the session', () => session.endedBy?.action === 'kill');
  });

  test('by its signal before the call throws the reason', async () => {
    await using own = new Own();
    const reason = new Error('before');
    const signal = AbortSignal.abort(reason);
    expect(await failureOf(framesOf(own.client.trace(launchTrue, { signal })))).toBe(reason);
    expect(await failureOf(own.client.server.getServerInfo({}, { signal }))).toBe(reason);
  });
});

describe('a deadline', () => {
  test('ends a stream with DEADLINE_EXCEEDED', async () => {
    await using own = new Own();
    const stream = own.client.trace(launchTrue, { timeoutMs: 50 });
    expect(await failureOf(framesOf(stream))).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    const { session } = own.addon;
    await eventually('the end of the session', () => session.endedBy?.action === 'kill');
  });

  test('ends a call with DEADLINE_EXCEEDED', async () => {
    await using own = new Own();
    let giveUp: (reason: Error) => void = () => {};
    own.addon.launch = () =>
      new Promise((_, reject) => {
        giveUp = reject;
      });
    const call = own.client.traces.createSession(launchTrue, { timeoutMs: 20 });
    expect(await failureOf(call)).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    giveUp(new Error('never started'));
  });

  test('that is far away keeps nothing running', async () => {
    await using own = new Own();
    const call = own.client.server.getServerInfo({}, { timeoutMs: 2 ** 40 });
    expect(await call).toMatchObject({ roles: ['admin'] });
  });
});

test('the end of the server ends its sessions, and its client takes no call any more', async () => {
  const own = new Own();
  const { session } = await own.trace();
  await own[Symbol.asyncDispose]();
  expect(session.endedBy?.action).toBe('kill');
  expect(await failureOf(own.client.server.getServerInfo({}))).toMatchObject({
    code: 'UNAVAILABLE',
  });
});

test('neither side sees the objects of the other', async () => {
  await using own = new Own();
  const argv = ['/bin/true'];
  const started = once(AbortSignal.timeout(1), 'abort');
  const stream = own.client.trace({ target: { case: 'launch', value: { argv } } });
  argv.push('later');
  await started;
  await eventually('the session', () => own.addon.sessions.length === 1);
  expect(own.addon.session.launch?.argv).toEqual(['/bin/true']);
  await stream[Symbol.asyncDispose]();
});
