/** A server of our own, for as long as a command runs. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningServer } from '../server.js';
import { beforeFatalSignal } from './signals.js';

/** Listens on a socket in a fresh folder that only this user can enter. */
export class EmbeddedServer implements AsyncDisposable {
  readonly address: string;
  readonly #server: RunningServer;
  readonly #removeFolder: () => void;

  private constructor(address: string, server: RunningServer, removeFolder: () => void) {
    this.address = address;
    this.#server = server;
    this.#removeFolder = removeFolder;
  }

  /** Rejects where the addon cannot be loaded or no socket be made. */
  static async start(): Promise<EmbeddedServer> {
    let folder = '';
    const remove = (): void => rmSync(folder, { recursive: true, force: true });
    const signals = beforeFatalSignal(remove);
    // Sync: no signal is handled before its name is known.
    folder = mkdtempSync(join(tmpdir(), 'ptracectl-'));
    process.once('exit', remove);
    const removeFolder = (): void => {
      process.off('exit', remove);
      signals[Symbol.dispose]();
      remove();
    };
    // Only here: a client of another server needs neither the server's code nor the addon.
    const [{ createConfig }, { startServer }] = await Promise.all([
      import('../config.js'),
      import('../server.js'),
    ]);
    const address = `unix:${join(folder, 'ptraced.sock')}`;
    const server = await startServer(createConfig({ listen: [address], logLevel: 'silent' }));
    return new EmbeddedServer(address, server, removeFolder);
  }

  /** Removes socket and folder: who is connected stays so, and even SIGKILL leaves nothing behind. */
  hide(): void {
    this.#removeFolder();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
    this.hide();
  }
}
