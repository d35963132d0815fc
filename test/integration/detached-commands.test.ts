/** Launched commands that were let go: each keeps a thread of the server, and so they are limited. */
import * as grpc from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { ServerService } from '../../src/gen/ptraced/v1/server_service_pb.js';
import { OrphanAction } from '../../src/gen/ptraced/v1/session_pb.js';
import { eventually } from '../support/eventually.js';
import { footprint } from '../support/leaks.js';
import * as proc from '../support/proc.js';
import { Client, refusal } from '../support/rpc.js';
import { startServer } from '../support/server.js';
import { create, launching } from '../support/session.js';

const most = 6;

test('commands that were let go count until they have ended', async () => {
  await using server = await startServer({
    label: 'detached-commands',
    args: ['--max-sessions', '4', '--max-detached', String(most)],
  });
  await using client = new Client(server.address);
  const { limits } = await client.unary(ServerService.method.getServerInfo, {});
  expect(limits).toMatchObject({ maxSessions: 4, maxDetached: most });

  const running: number[] = [];
  const letGo = async (): Promise<void> => {
    const lease = { orphanAction: OrphanAction.DETACH };
    const session = await create(client, launching(['/bin/sleep', '1000'], { lease }));
    running.push(session.created.rootPid);
    await session.end(OrphanAction.DETACH);
  };
  try {
    for (let i = 0; i < most; i++) {
      await letGo();
    }
    const { threads, descriptors } = footprint(server.pid);
    for (let i = 0; i < 20; i++) {
      expect(await refusal(letGo())).toEqual({
        code: grpc.status.RESOURCE_EXHAUSTED,
        details: `SESSION_LIMIT: the server's limit of ${most} detached commands that run is reached`,
      });
    }
    expect(footprint(server.pid).threads).toBeLessThanOrEqual(threads);
    expect(footprint(server.pid).descriptors).toBeLessThanOrEqual(descriptors);
    expect(threads - server.idle.threads).toBeLessThanOrEqual(most + 1);

    // The end of one makes room for another.
    process.kill(running[0] as number, 'SIGKILL');
    await eventually('room for another', () =>
      letGo().then(
        () => true,
        () => false,
      ),
    );
    await refusal(letGo());
  } finally {
    for (const pid of running.filter(proc.alive)) {
      process.kill(pid, 'SIGKILL');
    }
  }
  await eventually('no thread is left of them', () => {
    return footprint(server.pid).threads <= server.idle.threads;
  });
});
