/** Whether somebody reads what this process writes. */

import { loadAddon } from '../native/load.js';

/**
 * Calls `gone` once the last reader of the pipe or socket at `fd` has closed it, or the terminal there has
 * hung up; never for a file. Until it is disposed of. Without the addon, which a mere client can do
 * without, nothing is watched.
 */
export function watchHangup(fd: number, gone: () => void): Disposable {
  try {
    return { [Symbol.dispose]: loadAddon().watchHangup(fd, gone) };
  } catch {
    return { [Symbol.dispose]: () => {} };
  }
}
