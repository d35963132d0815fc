/** From the Attach of a request to what the rules are asked about. */
import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { Attach } from '../gen/ptraced/v1/session_pb.js';
import type { AttachTarget } from '../security/attach-rules.js';
import { checkPid } from './fields.js';

export interface AttachPlan extends AttachTarget {
  /** Held once it is attached. */
  readonly startPaused: boolean;
}

/** Throws a ServiceError where the request is not acceptable. */
export function toAttachTarget(attach: Attach): AttachPlan {
  checkPid('attach.pid', attach.pid);
  const { pid, singleThread, startPaused, expectedStartTime } = attach;
  return {
    pid,
    singleThread,
    startPaused,
    ...(expectedStartTime && { expectedStartTimeMs: timestampMs(expectedStartTime) }),
  };
}
