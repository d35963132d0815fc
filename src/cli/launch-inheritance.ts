/** What a command of our own server gets from us, as if it had been started in our place. */

import type { LaunchInheritance } from '../config.js';
import { type Inherited, inherited } from './inherited.js';

/** The options of our own server that say it. */
export interface LaunchSurroundings {
  readonly launchInheritance: LaunchInheritance;
  /** Unset: to be found out by the server. */
  readonly softNofile?: number;
  /** Descriptor by which lines about the command are written to a file that it may write to as well. */
  readonly linesFd?: number | undefined;
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
      releasedStreams: [0, 1],
    },
    ...(inherited !== undefined && { softNofile: inherited.softNofile }),
  };
}
