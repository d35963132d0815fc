/**
 * Services of libraries that are loaded with their first call: @grpc/reflection and grpc-health-check read .proto
 * files with protobufjs, which takes as long as the rest of the server's start.
 */
import {
  type handleUnaryCall,
  type MethodDefinition,
  type Server,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';

/** A method that is not there yet. */
export interface LazyMethod {
  /** As on the wire: "/package.Service/Method". */
  readonly path: string;
  readonly kind: 'unary' | 'server_streaming' | 'bidi_streaming';
}

/** What is left of a server for a library that adds its services to one. */
export type ServiceTaker = Pick<Server, 'addService'>;

type Method = MethodDefinition<unknown, unknown>;

interface LoadedMethod {
  readonly method: Method;
  readonly handler: UntypedServiceImplementation[string];
}

/** Serves `methods` by what `load` adds; it is called at most once. */
export function addLazily(
  server: Server,
  methods: readonly LazyMethod[],
  load: (taker: ServiceTaker) => Promise<void>,
): void {
  let loading: Promise<Map<string, LoadedMethod>> | undefined;
  const find = async (path: string): Promise<LoadedMethod> => {
    loading ??= loadMethods(load);
    const loaded = (await loading).get(path);
    if (loaded === undefined) {
      throw new Error(`${path} is not served`);
    }
    return loaded;
  };
  const entries = methods.map(({ path, kind }) => [path, overBytes(path, kind)] as const);
  const handlers = methods.map(({ path, kind }) => {
    const found = () => find(path);
    return [path, kind === 'unary' ? unary(found) : streaming(found)] as const;
  });
  server.addService(Object.fromEntries(entries), Object.fromEntries(handlers));
}

/** Collects what a library adds. */
async function loadMethods(
  load: (taker: ServiceTaker) => Promise<void>,
): Promise<Map<string, LoadedMethod>> {
  const loaded = new Map<string, LoadedMethod>();
  await load({
    addService(service: ServiceDefinition, handlers: UntypedServiceImplementation) {
      for (const [name, method] of Object.entries(service)) {
        const handler = handlers[name] ?? handlers[method.originalName ?? ''];
        if (handler !== undefined) {
          loaded.set(method.path, { method, handler });
        }
      }
    },
  });
  return loaded;
}

function overBytes(path: string, kind: LazyMethod['kind']): MethodDefinition<Buffer, Buffer> {
  const same = (bytes: Buffer): Buffer => bytes;
  return {
    path,
    requestStream: kind === 'bidi_streaming',
    responseStream: kind !== 'unary',
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
}

function failure(error: unknown) {
  return { code: status.INTERNAL, details: error instanceof Error ? error.message : String(error) };
}

function unary(find: () => Promise<LoadedMethod>): handleUnaryCall<Buffer, Buffer> {
  return (call, callback) => {
    const answer = async () => {
      const { method, handler } = await find();
      const request = method.requestDeserialize(call.request);
      const done: sendUnaryData<unknown> = (error, response, ...rest) =>
        callback(error, error ? null : method.responseSerialize(response), ...rest);
      (handler as handleUnaryCall<unknown, unknown>)(
        { request } as ServerUnaryCall<unknown, unknown>,
        done,
      );
    };
    answer().catch((error) => callback(failure(error)));
  };
}

type BytesStream = ServerWritableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>;

function streaming(find: () => Promise<LoadedMethod>) {
  return (call: BytesStream): void => {
    const answer = async () => {
      const { method, handler } = await find();
      // As much of a stream as the libraries use. Nothing is read before somebody listens for data.
      const stream = {
        request: 'request' in call ? method.requestDeserialize(call.request) : undefined,
        on: (event: string, listener: (...args: unknown[]) => void) =>
          call.on(event, (...args: unknown[]) =>
            listener(...(event === 'data' ? [method.requestDeserialize(args[0] as Buffer)] : args)),
          ),
        write: (message: unknown) => call.write(method.responseSerialize(message)),
        end: () => call.end(),
      };
      (handler as (stream: unknown) => void)(stream);
    };
    answer().catch((error) => call.emit('error', failure(error)));
  };
}
