/** Where the server listens, and that it leaves nothing behind. */
import { existsSync, linkSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createConfig } from '../../src/config.js';
import { ServerService } from '../../src/gen/ptraced/v1/server_service_pb.js';
import { startServer } from '../../src/server.js';
import { Client } from '../support/rpc.js';
import { FakeAddon } from './fake-addon.js';
import { TestServer } from './server-harness.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/ptraced-unit-`);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function start(listen: string[], more: { insecure?: boolean; socketGroup?: number } = {}) {
  const config = createConfig({ listen, logLevel: 'silent', ...more });
  return startServer(config, { addon: new FakeAddon() });
}

async function principalAt(address: string): Promise<string> {
  await using client = new Client(address);
  return (await client.unary(ServerService.method.getServerInfo, {})).principal;
}

describe('a unix socket', () => {
  test('is for its owner alone, whatever the umask, and goes with the server', async () => {
    const umask = process.umask(0);
    const path = `${folder}/socket`;
    try {
      const server = await start([`unix:${path}`]);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(await principalAt(`unix:${path}`)).toBe(`uid:${process.getuid?.()}`);
      await server.stop();
      expect(process.umask()).toBe(0);
    } finally {
      process.umask(umask);
    }
    expect(existsSync(path)).toBe(false);
  });

  test('is for a group as well where that is asked for', async () => {
    const path = `${folder}/socket`;
    const group = process.getgid?.() ?? 0;
    await using server = await start([`unix:${path}`], { socketGroup: group });
    expect(server.addresses).toEqual([`unix:${path}`]);
    expect(statSync(path).mode & 0o777).toBe(0o660);
    expect(statSync(path).gid).toBe(group);
  });

  test('that a dead server left is taken over', async () => {
    const path = `${folder}/socket`;
    const kept = `${folder}/kept`;
    const dead = createServer().listen(path);
    await new Promise((resolve) => dead.once('listening', resolve));
    linkSync(path, kept);
    await new Promise((resolve) => dead.close(resolve));
    await using server = await start([`unix:${kept}`]);
    expect(server.addresses).toEqual([`unix:${kept}`]);
  });

  test('of a live server is refused, and that one serves on', async () => {
    const path = `${folder}/socket`;
    await using _first = await start([`unix:${path}`]);
    await expect(start([`unix:${path}`])).rejects.toThrow(/another server/);
    expect(await principalAt(`unix:${path}`)).not.toBe('');
  });

  test('does not replace a file', async () => {
    const path = `${folder}/file`;
    writeFileSync(path, 'precious');
    await expect(start([`unix:${path}`])).rejects.toThrow(/no socket/);
    expect(statSync(path).size).toBe(8);
  });

  test('in a missing folder is refused, and what was opened before is closed', async () => {
    const good = `${folder}/good`;
    await expect(start([`unix:${good}`, `unix:${folder}/none/s`])).rejects.toThrow(
      /there is no folder/,
    );
    expect(existsSync(good)).toBe(false);
  });
});

test('TCP on loopback tells the port that it got, and knows no one', async () => {
  await using server = await start(['127.0.0.1:0'], { insecure: true });
  expect(server.addresses[0]).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
  expect(await principalAt(server.addresses[0] ?? '')).toBe('anonymous');
});

test('health is SERVING, for each service too, and NOT_SERVING first of all when it stops', async () => {
  await using test = await TestServer.start();
  expect(await test.client.health()).toBe(1);
  expect(await test.client.health('ptraced.v1.TraceService')).toBe(1);
  const stopped = test.server.stop();
  expect(await test.client.health().catch(() => 2)).toBe(2);
  await stopped;
});
