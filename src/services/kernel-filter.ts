/** What a session cannot do whose calls the kernel filters (Session.filtered_in_kernel). */
import { ServiceError } from '../errors.js';
import type { TraceSession } from '../session/session.js';

function refuse(session: TraceSession, field: string, what: string): never {
  throw new ServiceError(
    'FEATURE_UNAVAILABLE',
    `session '${session.name}' has its calls filtered in the kernel: ${what}`,
    { metadata: { field, session: session.name } },
  );
}

/** Untraced, calls that the filter selects would fail with ENOSYS. Throws FEATURE_UNAVAILABLE. */
export function checkDetachable(session: TraceSession, field: string): void {
  if (session.info().filteredInKernel) {
    refuse(session, field, 'its tasks cannot be detached');
  }
}

/** Nobody can take a filter back. Throws FEATURE_UNAVAILABLE where one of the calls does not stop. */
export function checkSeen(session: TraceSession, field: string, syscalls: readonly string[]): void {
  if (!session.native.seesCalls([...syscalls])) {
    refuse(session, field, 'it has calls that do not stop');
  }
}
