/** The client library: `import { connect } from 'ptraced/client'`. */

export * from '../gen/ptraced/v1/control_service_pb.js';
export * from '../gen/ptraced/v1/memory_service_pb.js';
export * from '../gen/ptraced/v1/record_pb.js';
export * from '../gen/ptraced/v1/server_service_pb.js';
export * from '../gen/ptraced/v1/session_pb.js';
export * from '../gen/ptraced/v1/trace_service_pb.js';
export { parseAddress, type ServerAddress } from './address.js';
export type { CreateSessionOptions, PtracedClient, StreamOptions } from './client.js';
export { type ConnectOptions, connect } from './connect.js';
export { type Credentials, plaintext } from './credentials.js';
export type { FieldViolation } from './error-details.js';
export { PtracedError, type StatusName } from './errors.js';
export { decodeFrame, decodeRecord, type KnownFrame, type StreamFrame } from './frame-decoder.js';
export type { MessageStream } from './message-stream.js';
export type { ReconnectOptions } from './reconnect.js';
export { isLost, type ReceivedFrame, type RecordStream, type StreamItem } from './record-stream.js';
export { delimited, RecordingError, type RecordingFault, readRecording } from './recording.js';
export type { CallOptions, ServiceClient } from './service-client.js';
export type { SessionChange, SessionHandle } from './session-handle.js';
