/** A client of HTTP/2 that does what no library of gRPC does: it neither finishes nor reads. */
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type Settings,
} from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { create, type DescMethod, type MessageInitShape, toBinary } from '@bufbuild/protobuf';

/** A message as gRPC frames it; `declared`: the length that it claims to have. */
export function framed(message: Uint8Array, declared = message.length): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(declared, 1);
  return Buffer.concat([head, message]);
}

export function pathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

/** A framed request of the method. */
export function requestOf<M extends DescMethod>(
  method: M,
  init: MessageInitShape<M['input']>,
): Buffer {
  return framed(toBinary(method.input, create(method.input, init)));
}

/** How a stream ended: what its trailers or headers say, and the error code of HTTP/2. */
export interface StreamEnd {
  readonly status: number | undefined;
  readonly message: string;
  readonly rstCode: number;
}

export class RawStream {
  readonly stream: ClientHttp2Stream;
  readonly ended: Promise<StreamEnd>;

  constructor(stream: ClientHttp2Stream) {
    this.stream = stream;
    let status: number | undefined;
    let message = '';
    const look = (headers: IncomingHttpHeaders): void => {
      if (headers['grpc-status'] !== undefined) {
        status = Number(headers['grpc-status']);
        message = decodeURI(String(headers['grpc-message'] ?? ''));
      }
    };
    stream.on('response', (headers) => {
      look(headers);
      if (status !== undefined) {
        stream.close(constants.NGHTTP2_CANCEL); // there is no more of it, though the request may not have gone out whole
      }
    });
    stream.on('trailers', look);
    stream.on('error', () => {}); // the code tells
    this.ended = new Promise((resolve) => {
      stream.once('close', () =>
        resolve({ status, message, rstCode: stream.rstCode ?? constants.NGHTTP2_NO_ERROR }),
      );
    });
  }

  /** Reads all of it, and says how it ended. */
  finish(): Promise<StreamEnd> {
    this.stream.resume();
    return this.ended;
  }
}

export class RawClient implements AsyncDisposable {
  readonly session: ClientHttp2Session;

  /** `socket`: path of the server's unix socket. */
  constructor(socket: string, settings: Settings = {}) {
    this.session = connect('http://localhost', {
      createConnection: () => connectSocket(socket),
      settings,
      maxSessionMemory: 4000, // what it sends may wait here, not there
    });
    this.session.on('error', () => {}); // its streams tell
  }

  /** A stream to which nothing was sent yet. */
  open(path: string, headers: Record<string, string> = {}): RawStream {
    const stream = this.session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    return new RawStream(stream);
  }

  /** A call of which the whole request is sent, and nothing read. */
  call<M extends DescMethod>(method: M, init: MessageInitShape<M['input']>): RawStream {
    return this.send(method, requestOf(method, init));
  }

  send(method: DescMethod, body: Buffer): RawStream {
    const call = this.open(pathOf(method));
    call.stream.end(body);
    return call;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.session.destroyed) {
      const closed = once(this.session, 'close');
      this.session.destroy();
      await closed;
    }
  }
}
