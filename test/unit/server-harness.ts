/** A real server on a unix socket, over an addon without tracees, and a real client. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ClientReadableStream } from '@grpc/grpc-js';
import { pino } from 'pino';
import { type ConfigOptions, createConfig } from '../../src/config.js';
import {
  type TraceRequestSchema,
  type TraceResponse,
  TraceService,
} from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { type RunningServer, startServer } from '../../src/server.js';
import { Client } from '../support/rpc.js';
import { FakeAddon } from './fake-addon.js';

export class TestServer implements AsyncDisposable {
  readonly addon = new FakeAddon();
  readonly log: string[] = [];
  readonly folder = mkdtempSync(`${tmpdir()}/ptraced-unit-`);
  readonly socket = `${this.folder}/socket`;
  #server: RunningServer | undefined;
  #client: Client | undefined;

  static async start(options: Partial<ConfigOptions> = {}): Promise<TestServer> {
    const test = new TestServer();
    const listen = [`unix:${test.socket}`];
    const log = pino({ level: 'debug' }, { write: (line) => void test.log.push(line) });
    const parts = { addon: test.addon, log };
    test.#server = await startServer(createConfig({ listen, keepEndedMs: 1, ...options }), parts);
    return test;
  }

  get server(): RunningServer {
    if (this.#server === undefined) {
      throw new Error('not started');
    }
    return this.#server;
  }

  get client(): Client {
    this.#client ??= new Client(`unix:${this.socket}`);
    return this.#client;
  }

  trace(request: MessageInitShape<typeof TraceRequestSchema>): ClientReadableStream<TraceResponse> {
    const stream = this.client.stream(TraceService.method.trace, request);
    stream.on('error', () => {});
    return stream;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client?.[Symbol.asyncDispose]();
    await this.#server?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** All frames of a stream until its end. Rejects as the call does. */
export async function collect(
  stream: ClientReadableStream<TraceResponse>,
): Promise<TraceResponse['frame'][]> {
  const frames: TraceResponse['frame'][] = [];
  for await (const response of stream) {
    frames.push((response as TraceResponse).frame);
  }
  return frames;
}

export const launchTrue = {
  target: { case: 'launch' as const, value: { argv: ['/bin/true'] } },
};
