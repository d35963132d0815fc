/** The shape of what serves a service: one handler a method, checked against the descriptor. */
import type {
  DescMethod,
  DescMethodServerStreaming,
  DescMethodUnary,
  DescService,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import type { CallContext } from '../context.js';

/** Answers one request with one response, or rejects. A Buffer is a response that is encoded already. */
export type UnaryHandler<M extends Pick<DescMethod, 'input' | 'output'>> = (
  request: MessageShape<M['input']>,
  context: CallContext,
) => Promise<MessageInitShape<M['output']> | Buffer> | MessageInitShape<M['output']> | Buffer;

/**
 * Answers one request with a stream. A Buffer is a response that is encoded already and is sent as it is.
 * The iterable is pulled only while the client reads; it is returned early when the client is gone, and
 * must heed `context.signal` while it waits for something else.
 */
export type StreamHandler<M extends Pick<DescMethod, 'input' | 'output'>> = (
  request: MessageShape<M['input']>,
  context: CallContext,
) => AsyncIterable<MessageInitShape<M['output']> | Buffer>;

type Handler<M> = M extends DescMethodUnary
  ? UnaryHandler<M>
  : M extends DescMethodServerStreaming
    ? StreamHandler<M>
    : never;

/**
 * A handler, or the word that there is none yet, for every method of the service: when the contract grows,
 * the compiler lists what is missing.
 */
export type ServiceHandlers<S extends DescService> = {
  readonly [Name in keyof S['method']]: Handler<S['method'][Name]> | 'unimplemented';
};
