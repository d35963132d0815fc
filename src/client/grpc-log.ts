/** The log of grpc-js, which is one for the whole process. */

import { logVerbosity, setLogger, setLogVerbosity } from '@grpc/grpc-js';

const nothing = (): void => {};

/**
 * From now on grpc-js writes nothing, whatever GRPC_VERBOSITY and GRPC_TRACE say: for a program whose stderr is
 * somebody else's as well.
 */
export function silenceGrpcLog(): void {
  setLogger({ error: nothing, info: nothing, debug: nothing });
  setLogVerbosity(logVerbosity.NONE);
}
