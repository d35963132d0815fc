/** What a command of our own server gets from us, as if it had been started in our place. */

import { fstatSync, readFileSync } from 'node:fs';
import type { LaunchInheritance } from '../config.js';
import { type Inherited, inherited } from '../inherited.js';

/** The options of our own server that say it. */
export interface LaunchSurroundings {
  readonly launchInheritance: LaunchInheritance;
  /** Unset: to be found out by the server. */
  readonly softNofile?: number;
  /** Descriptor by which lines about the command are written to a file that it may write to as well. */
  readonly linesFd?: number | undefined;
  /** How many descriptors the command does not get, since the launcher's record had no room for them. */
  readonly descriptorsLeftOut: number;
}

/** Without the launcher: what a shell gives, most often. */
const CUSTOMARY: Omit<Inherited, 'softNofile' | 'descriptorsLeftOut'> = {
  ignoredSignals: 0n,
  blockedSignals: 0n,
  pendingSignals: 0n,
  descriptors: [[0, 2]],
};

/** We read nothing, and write nothing to stdout: the command alone keeps both open. */
export function launchSurroundings(): LaunchSurroundings {
  const { ignoredSignals, blockedSignals, pendingSignals, descriptors } = inherited ?? CUSTOMARY;
  return {
    launchInheritance: {
      ignoredSignals,
      blockedSignals,
      pendingSignals,
      descriptors,
      keptDescriptors: lockedDescriptors(descriptors),
      releasedStreams: [0, 1],
    },
    descriptorsLeftOut: inherited?.descriptorsLeftOut ?? 0,
    ...(inherited !== undefined && { softNofile: inherited.softNofile }),
  };
}

/**
 * Descriptors of files on which this process has record locks (fcntl(2), F_SETLK). Such a lock cannot be
 * handed on, and is lost when any descriptor of its file is closed: it is kept instead, so that others stay
 * excluded.
 */
function lockedDescriptors(ranges: Inherited['descriptors']): number[] {
  const isOurs = new RegExp(`^\\d+: POSIX .* ${process.pid} `, 'm');
  if (!isOurs.test(readText('/proc/locks'))) {
    return [];
  }
  const all = ranges.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index),
  );
  // Only the descriptor by which a lock was taken shows it.
  const holders = all.filter((fd) => /^lock:.* POSIX /m.test(readText(`/proc/self/fdinfo/${fd}`)));
  const locked = new Set(holders.map(fileOf));
  return all.filter((fd) => locked.has(fileOf(fd)));
}

function fileOf(fd: number): string {
  const { dev, ino } = fstatSync(fd, { bigint: true });
  return `${dev} ${ino}`;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // no /proc: nothing is known of locks
  }
}
