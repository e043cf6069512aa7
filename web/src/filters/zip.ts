/** The few files that are wanted of a zip, unpacked only as far as there is room for: a small file may hold terabytes. */

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const MOST_ENTRIES = 1000;
const LONGEST_COMMENT = 65_535;

/** `broken`: no zip, or not as its directory says; `bomb`: more than `most` bytes when unpacked; `locked`: encrypted, or packed in a rare way. */
export class ZipError extends Error {
  constructor(readonly reason: 'broken' | 'bomb' | 'locked') {
    super(reason);
  }
}

interface Entry {
  name: string;
  method: number;
  flags: number;
  packed: number;
  /** As the directory says, which may be a lie. */
  size: number;
  at: number;
}

/** The files whose names `wanted` takes, by name; at most `most` bytes together. Raises ZipError. */
export async function unzip(data: Uint8Array<ArrayBuffer>, wanted: (name: string) => boolean, most: number): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const found = new Map<string, Uint8Array<ArrayBuffer>>();
  let room = most;
  for (const entry of entries(data)) {
    if (!wanted(entry.name) || found.has(entry.name)) continue;
    const file = await unpacked(data, entry, room);
    room -= file.length;
    found.set(entry.name, file);
  }
  return found;
}

function entries(data: Uint8Array<ArrayBuffer>): Entry[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let end = data.length - 22;
  while (end >= 0 && end >= data.length - 22 - LONGEST_COMMENT && view.getUint32(end, true) !== END) end--;
  if (end < 0 || view.getUint32(end, true) !== END) throw new ZipError('broken');
  const names = new TextDecoder();
  const list: Entry[] = [];
  let at = view.getUint32(end + 16, true);
  for (let n = view.getUint16(end + 10, true); n > 0; n--) {
    if (at + 46 > data.length || view.getUint32(at, true) !== ENTRY || list.length >= MOST_ENTRIES) throw new ZipError('broken');
    const length = view.getUint16(at + 28, true);
    list.push({
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      at: view.getUint32(at + 42, true),
      name: names.decode(data.subarray(at + 46, at + 46 + length)),
    });
    at += 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return list;
}

async function unpacked(data: Uint8Array<ArrayBuffer>, { at, flags, method, packed, size }: Entry, room: number): Promise<Uint8Array<ArrayBuffer>> {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (at + 30 > data.length || view.getUint32(at, true) !== LOCAL) throw new ZipError('broken');
  if (flags & 1 || (method !== 0 && method !== 8)) throw new ZipError('locked');
  const start = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  if (start + packed > data.length) throw new ZipError('broken');
  if (size > room) throw new ZipError('bomb');
  const bytes = data.slice(start, start + packed);
  if (method === 8) return inflated(bytes, room);
  if (bytes.length > room) throw new ZipError('bomb');
  return bytes;
}

async function inflated(bytes: Uint8Array<ArrayBuffer>, room: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new ZipError('broken');
    });
    if (done) break;
    length += value.length;
    if (length > room) {
      await reader.cancel();
      throw new ZipError('bomb');
    }
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
