/**
 * The `test` of every integration test: with a server that a file's tests share, a connection of the
 * test's own, and a check at its end that nothing was left behind.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, test as base } from 'vitest';
import { expectNoLeaks, stopped } from './leaks.js';
import { Client } from './rpc.js';
import { type Server, startServer } from './server.js';

interface Context {
  server: Server;
  /** Looks for leaks after everything else of the test has been closed. */
  leakCheck: undefined;
  client: Client;
  /** An empty folder, removed afterwards. */
  folder: string;
}

// vitest loads this module once for each test file.
let shared: Promise<Server> | undefined;

afterAll(async () => {
  const server = await shared;
  await server?.[Symbol.asyncDispose]();
});

export const test = base.extend<Context>({
  server: async ({ task }, use) => {
    shared ??= startServer({ label: task.file.name });
    await use(await shared);
  },
  leakCheck: [
    async ({ server }, use) => {
      const before = stopped();
      await use(undefined);
      await expectNoLeaks(server.pid, server.idle, before);
    },
    { auto: true },
  ],
  client: async ({ server, leakCheck }, use) => {
    const client = new Client(server.address);
    await use(client);
    await client[Symbol.asyncDispose]();
    return leakCheck;
  },
  folder: async ({ task }, use) => {
    const folder = mkdtempSync(`${tmpdir()}/ptraced-${task.id}-`);
    await use(folder);
    rmSync(folder, { recursive: true, force: true });
  },
});
