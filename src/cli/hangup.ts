/** Ends a trace whose lines nobody reads any more, before there is one to write. */

import { fstatSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as tty from 'node:tty';
import { OutputError } from './fd-writer.js';
import { Interrupted } from './trace-run.js';

const require = createRequire(import.meta.url);

/** As write(2) would fail (errno.h). */
const EPIPE = { code: 'EPIPE', errno: -32, message: 'EPIPE' };

/** Most outputs are none, and node:tty takes a start longer than to find that out. */
function isTerminal(fd: number): boolean {
  return fstatSync(fd).isCharacterDevice() && (require('node:tty') as typeof tty).isatty(fd);
}

/**
 * Aborts once nobody reads `fd`: a tracee that does nothing makes no line that would fail. The reason
 * is a SIGHUP for a terminal, which may be none that sends us one, else what the next line would come
 * to. Until it is disposed of.
 */
export async function abortAtHangup(
  fd: number,
  abort: { abort(reason: Error): void },
): Promise<Disposable> {
  const reason = isTerminal(fd) ? new Interrupted('SIGHUP') : new OutputError('write', EPIPE);
  // Here and not above: it loads the addon, and most commands write one answer and end.
  const { watchHangup } = await import('../embedded/hangup.js');
  return watchHangup(fd, () => abort.abort(reason));
}
