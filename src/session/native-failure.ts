/** Failures of the addon in the words of the error model: the one place where they are translated. */
import { invalidField, isReason, ServiceError } from '../errors.js';
import type { NativeFailure } from '../native/addon.js';

function isNativeFailure(error: unknown): error is NativeFailure {
  return error instanceof Error && 'reason' in error && typeof error.reason === 'string';
}

/** What is no failure of the addon is returned as it is. */
export function toServiceError(error: unknown): unknown {
  if (!isNativeFailure(error)) {
    return error;
  }
  const { reason, operation, errno, errnoName, message, metadata } = error;
  if (reason === 'FIELD_INVALID' && metadata?.['field'] !== undefined) {
    return invalidField(metadata['field'], message);
  }
  const field = metadata?.['field'];
  return new ServiceError(isReason(reason) ? reason : 'TRACER_FAILURE', message, {
    ...(field !== undefined && { fieldViolations: [{ field, description: message }] }),
    metadata: {
      ...(operation && { operation }),
      ...(errno && { errno: String(errno), errno_name: errnoName }),
      ...metadata,
    },
    cause: error,
  });
}

/** What `call` resolves with. Rejects with a ServiceError where the addon failed or refused. */
export async function withServiceErrors<T>(call: () => Promise<T> | T): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toServiceError(error);
  }
}
