/** The error model: every failure that a client may see has a reason from this table (docs/errors.md). */

/** gRPC status codes that the error model uses, by number (grpc.status of any gRPC library). */
export const StatusCode = {
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
} as const;

/** Each reason has one status code. */
const codes = {
  FIELD_INVALID: StatusCode.INVALID_ARGUMENT,
  ADDRESS_SYNTAX: StatusCode.INVALID_ARGUMENT,
  UNKNOWN_SYSCALL: StatusCode.INVALID_ARGUMENT,
  UNKNOWN_REGISTER: StatusCode.INVALID_ARGUMENT,
  PAGE_TOKEN_INVALID: StatusCode.INVALID_ARGUMENT,
  SESSION_NOT_FOUND: StatusCode.NOT_FOUND,
  TASK_NOT_FOUND: StatusCode.NOT_FOUND,
  PROCESS_NOT_FOUND: StatusCode.NOT_FOUND,
  EXECUTABLE_NOT_FOUND: StatusCode.NOT_FOUND,
  ALREADY_TRACED: StatusCode.FAILED_PRECONDITION,
  NOT_HELD: StatusCode.FAILED_PRECONDITION,
  TASK_ENDING: StatusCode.FAILED_PRECONDITION,
  SESSION_ENDED: StatusCode.FAILED_PRECONDITION,
  PID_REUSED: StatusCode.FAILED_PRECONDITION,
  MEMORY_MISMATCH: StatusCode.FAILED_PRECONDITION,
  EXEC_FAILED: StatusCode.FAILED_PRECONDITION,
  STDIN_CLOSED: StatusCode.FAILED_PRECONDITION,
  FEATURE_UNAVAILABLE: StatusCode.FAILED_PRECONDITION,
  TARGET_DENIED: StatusCode.PERMISSION_DENIED,
  PTRACE_DENIED: StatusCode.PERMISSION_DENIED,
  MEMORY_READ_ONLY: StatusCode.PERMISSION_DENIED,
  ADDRESS_UNMAPPED: StatusCode.OUT_OF_RANGE,
  RECORDS_EVICTED: StatusCode.OUT_OF_RANGE,
  SESSION_LIMIT: StatusCode.RESOURCE_EXHAUSTED,
  TASK_LIMIT: StatusCode.RESOURCE_EXHAUSTED,
  SUBSCRIBER_LIMIT: StatusCode.RESOURCE_EXHAUSTED,
  RATE_LIMIT: StatusCode.RESOURCE_EXHAUSTED,
  REQUEST_TOO_LARGE: StatusCode.RESOURCE_EXHAUSTED,
  READ_TOO_LARGE: StatusCode.RESOURCE_EXHAUSTED,
  SYSTEM_LIMIT: StatusCode.RESOURCE_EXHAUSTED,
  STOP_CHANGED: StatusCode.ABORTED,
  ETAG_MISMATCH: StatusCode.ABORTED,
  STOP_TIMEOUT: StatusCode.DEADLINE_EXCEEDED,
  FILE_TIMEOUT: StatusCode.DEADLINE_EXCEEDED,
  SERVER_SHUTDOWN: StatusCode.UNAVAILABLE,
  USER_LOOKUP_FAILED: StatusCode.UNAVAILABLE,
  METHOD_UNIMPLEMENTED: StatusCode.UNIMPLEMENTED,
  TRACER_FAILURE: StatusCode.INTERNAL,
} as const;

/** Machine-readable cause of an error: `reason` of google.rpc.ErrorInfo. */
export type Reason = keyof typeof codes;

/** A field of the request that is not acceptable. */
export interface FieldViolation {
  /** Path in the request with the names of the proto, such as "capture.filter.syscalls[0]". */
  readonly field: string;
  /** What it must be. */
  readonly description: string;
}

export interface ServiceErrorOptions {
  /** Facts for programs, such as the tracer's pid; values are text. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** With FIELD_INVALID: what is wrong with which field. */
  readonly fieldViolations?: readonly FieldViolation[];
  /** Not sent; goes to the log. */
  readonly cause?: unknown;
}

/** A failure that the client is told about as it is. Any other error leaves as INTERNAL. */
export class ServiceError extends Error {
  readonly reason: Reason;
  readonly code: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly fieldViolations: readonly FieldViolation[];

  /** `message` is for people and starts without the reason, which is put before it on the wire. */
  constructor(reason: Reason, message: string, options: ServiceErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'ServiceError';
    this.reason = reason;
    this.code = codes[reason];
    this.metadata = options.metadata ?? {};
    this.fieldViolations = options.fieldViolations ?? [];
  }

  /** The same failure with another message and further metadata; what is wrong with which field stays. */
  explained(message: string, metadata: Readonly<Record<string, string>> = {}): ServiceError {
    return new ServiceError(this.reason, message, {
      metadata: { ...this.metadata, ...metadata },
      fieldViolations: this.fieldViolations,
      cause: this,
    });
  }
}

/** Tells whether `text` is a reason of the model. */
export function isReason(text: string): text is Reason {
  return Object.hasOwn(codes, text);
}

/** FIELD_INVALID for one field. */
export function invalidField(field: string, description: string): ServiceError {
  return new ServiceError('FIELD_INVALID', `${field}: ${description}`, {
    fieldViolations: [{ field, description }],
  });
}
