/** From the Attach of a request to what the rules are asked about. */
import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { Attach } from '../gen/ptraced/v1/session_pb.js';
import type { AttachTarget } from '../security/attach-rules.js';
import { checkPid, refuseUnavailable } from './fields.js';

/** Throws a ServiceError where the request is not acceptable. */
export function toAttachTarget(attach: Attach): AttachTarget {
  refuseUnavailable({ 'attach.start_paused': attach.startPaused });
  checkPid('attach.pid', attach.pid);
  const { pid, singleThread, expectedStartTime } = attach;
  return {
    pid,
    singleThread,
    ...(expectedStartTime && { expectedStartTimeMs: timestampMs(expectedStartTime) }),
  };
}
