/** Serves sockets with the methods of a gRPC server, and knows the HTTP/2 session of each. */
import type { Http2Server, ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { type Server, ServerCredentials } from '@grpc/grpc-js';

/** Starts HTTP/2 on a socket. Undefined where the session is not known. */
export type ServeConnection = (socket: Socket) => ServerHttp2Session | undefined;

/** grpc-js has no word for its servers of HTTP/2: of the members of 1.14, this one has them. */
interface Inside {
  readonly http2Servers?: ReadonlyMap<Http2Server, unknown>;
}

/** Once for a server, which listens nowhere itself. */
export function connectionInjector(grpc: Server): ServeConnection {
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const [server] = (grpc as unknown as Inside).http2Servers?.keys() ?? [];
  return (socket) => {
    let session: ServerHttp2Session | undefined;
    const know = (one: ServerHttp2Session): void => {
      session = one;
    };
    server?.once('session', know); // within injectConnection
    injector.injectConnection(socket);
    server?.off('session', know);
    return session;
  };
}
