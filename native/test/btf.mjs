/** The integer types of the kernel's BTF (Documentation/bpf/btf.rst), by name. */

const kinds = {
  int: 1,
  pointer: 2,
  array: 3,
  struct: 4,
  union: 5,
  enum: 6,
  proto: 13,
  variable: 14,
};
const moreKinds = {
  typedef: 8,
  volatile: 9,
  const: 10,
  restrict: 11,
  section: 15,
  tag: 17,
  tagged: 18,
};
const { typedef, volatile: isVolatile, const: isConst, restrict, tagged } = moreKinds;
const enum64 = 19;
const transparent = new Set([typedef, isVolatile, isConst, restrict, tagged]);

/** Bytes behind the header of a type. */
function tail(kind, count) {
  switch (kind) {
    case kinds.int:
    case kinds.variable:
    case moreKinds.tag:
      return 4;
    case kinds.array:
      return 12;
    case kinds.struct:
    case kinds.union:
    case moreKinds.section:
    case enum64:
      return 12 * count;
    case kinds.enum:
    case kinds.proto:
      return 8 * count;
    default:
      return 0;
  }
}

export class Btf {
  #types = [];
  #byName = new Map();

  /** @param {Buffer} data what /sys/kernel/btf/vmlinux holds */
  constructor(data) {
    const header = data.readUInt32LE(4);
    const [typeOffset, typeSize, stringOffset] = [8, 12, 16].map((at) => data.readUInt32LE(at));
    const strings = header + stringOffset;
    const end = header + typeOffset + typeSize;
    let at = header + typeOffset;
    while (at < end) {
      const [nameOffset, info, size] = [0, 4, 8].map((of) => data.readUInt32LE(at + of));
      const kind = (info >>> 24) & 31;
      const start = strings + nameOffset;
      const name = data.toString('latin1', start, data.indexOf(0, start));
      const encoding = kind === kinds.int ? data.readUInt32LE(at + 12) : 0;
      this.#types.push({ kind, size, signed: ((encoding >>> 24) & 1) !== 0 || info >>> 31 !== 0 });
      if (kind === kinds.int || kind === typedef || (kind === kinds.enum && name !== '')) {
        const key = kind === kinds.enum ? `enum ${name}` : name;
        this.#byName.set(key, this.#types.length);
      }
      at += 12 + tail(kind, info & 0xffff);
    }
  }

  /** Bytes and sign of the type that C names so, or that it is a pointer. */
  resolve(name) {
    // BTF has the compiler's names of them.
    const compilers = {
      unsigned: 'unsigned int',
      long: 'long int',
      'unsigned long': 'long unsigned int',
    };
    const id = this.#byName.get(compilers[name] ?? name);
    if (id === undefined) {
      throw new Error(`${name}: not a type of this kernel`);
    }
    let type = this.#types[id - 1];
    while (transparent.has(type.kind)) {
      type = this.#types[type.size - 1];
    }
    return { size: type.size, signed: type.signed, pointer: type.kind === kinds.pointer };
  }
}
